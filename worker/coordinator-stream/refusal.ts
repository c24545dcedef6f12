import { type StatusObject, status } from '@grpc/grpc-js';
import { type ErrorCode, TickworkError } from '../../core/errors.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';

/** Tells refusals that pass by themselves from those that never will. */
export interface RefusalJudge {
  /** The coordinator has said Welcome. */
  accepted(leaseDurationMs: number): void;
  /** @returns the error to end the worker with, or undefined when it should try again. */
  judge(reply: StatusObject, nowMs: number): TickworkError | undefined;
}

/** Until a Welcome has told it, and when it does not. */
const DEFAULT_LEASE_MS = 30_000;

export function createRefusalJudge(address: string): RefusalJudge {
  let leaseDurationMs = DEFAULT_LEASE_MS;
  let duplicateSinceMs: number | undefined;
  let welcomed = false;

  return {
    accepted(durationMs) {
      welcomed = true;
      leaseDurationMs = durationMs || DEFAULT_LEASE_MS;
      duplicateSinceMs = undefined;
    },
    judge(reply, nowMs) {
      const code = refusalCode(reply);
      if (code !== 'WORKER_DUPLICATE') duplicateSinceMs = undefined;
      switch (code) {
        case 'WORKER_VERSION':
        case 'ARGUMENT_INVALID':
          return new TickworkError(code, `The coordinator at ${address} refused this worker: ${reply.details}`);
        // Good credentials before: somebody edits the coordinator's files, or ours are being replaced. Trials go on meanwhile.
        case 'UNAUTHENTICATED':
        case 'PERMISSION_DENIED':
          if (welcomed) return undefined;
          return new TickworkError(code, `The coordinator at ${address} refused this worker: ${reply.details}`);
        // Our own previous stream may not be noticed as dead yet; a second worker with our name stays longer than that.
        case 'WORKER_DUPLICATE':
          duplicateSinceMs ??= nowMs;
          if (nowMs - duplicateSinceMs < 2 * leaseDurationMs) return undefined;
          return new TickworkError(code, `The coordinator at ${address} refused this worker: ${reply.details}`);
        default:
          return undefined;
      }
    },
  };
}

/** From the rich details; a proxy between us and the coordinator sends none, and is tried again. */
function refusalCode(reply: StatusObject): ErrorCode | undefined {
  const [bytes] = reply.code === status.OK ? [] : reply.metadata.get(STATUS_DETAILS_KEY);
  return bytes instanceof Uint8Array ? decodeStatusDetails(bytes)?.code : undefined;
}
