import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { LeaseRef } from '../../core/trial/trial.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import { sweepName } from '../../proto/resource-names.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';

export type WorkCall = ServerDuplexStream<WorkerMessage, CoordinatorMessage>;

/** One worker's stream, from its Hello to its end. */
export interface Session {
  readonly worker: string;
  readonly hello: Hello;
  readonly connectedAt: number;
  lastHeardAt: number;
  draining: boolean;
  outboxRecords: number;
  /** Assigned or stopped, and the worker has not said yet that the slot is free: lease ids. */
  readonly stopping: Set<string>;
  /** Grants that are being decided. */
  granting: number;
  readonly slotUse: SlotUse;
  /** @returns false when the stream is gone or too far behind; it is then cut. */
  send(message: CoordinatorMessage): boolean;
  /** Ends the stream from this side. */
  end(): void;
}

/** Busy slot milliseconds since the worker connected. */
export interface SlotUse {
  begin(leaseId: string, now: number): void;
  finish(leaseId: string, now: number): void;
  /** 0 to 1. */
  ratio(now: number): number;
}

export function createSlotUse(slots: number, since: number): SlotUse {
  const begun = new Map<string, number>();
  let finishedMs = 0;
  return {
    begin: (leaseId, now) => void begun.set(leaseId, now),
    finish(leaseId, now) {
      const start = begun.get(leaseId);
      if (start === undefined) return;
      begun.delete(leaseId);
      finishedMs += now - start;
    },
    ratio(now) {
      let busy = finishedMs;
      for (const start of begun.values()) busy += now - start;
      const whole = slots * (now - since);
      return whole > 0 ? Math.min(1, busy / whole) : 0;
    },
  };
}

/** Messages that may wait for a slow reader before the stream is dropped; the worker comes back and reconciles. */
const MAX_QUEUED = 1_000;

/** Sending with backpressure: what the stream does not take waits here, bounded. */
export function createSender(call: WorkCall): (message: CoordinatorMessage) => boolean {
  const queue: CoordinatorMessage[] = [];
  let blocked = false;
  let broken = false;
  for (const event of ['close', 'error', 'cancelled']) call.on(event, () => (broken = true));
  call.on('drain', () => {
    blocked = false;
    while (!blocked && queue.length > 0) blocked = !call.write(queue.shift() as CoordinatorMessage);
  });
  return (message) => {
    if (broken || call.cancelled) return false;
    if (!blocked) {
      blocked = !call.write(message);
      return true;
    }
    if (queue.push(message) <= MAX_QUEUED) return true;
    broken = true;
    call.end();
    return false;
  };
}

export function wireLease(lease: LeaseRef) {
  const { leaseId, sweepId, cell, attempt, epoch } = lease;
  return { leaseId, sweep: sweepName(sweepId), cell, attempt, epoch };
}
