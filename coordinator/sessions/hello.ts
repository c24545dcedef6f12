import type { Identity } from '../../core/access/identity.ts';
import { TickworkError } from '../../core/errors.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import { PROTOCOL_VERSION } from '../../proto/protocol-version.ts';
import { isSubjectToken } from '../../proto/subjects.ts';
import type { KnownWorker } from './registry.ts';

const MAX_SLOTS = 1_024;

/** @throws TickworkError WORKER_VERSION, ARGUMENT_INVALID, PERMISSION_DENIED when a worker's credentials are of another name. */
export function checkHello(hello: Hello, identity: Identity): void {
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    throw new TickworkError(
      'WORKER_VERSION',
      `Expected a worker of protocol version ${PROTOCOL_VERSION}, got ${hello.worker || 'one'} with version ${hello.protocolVersion} (software ${hello.softwareVersion || 'unknown'}). Install the coordinator's release on that machine.`,
    );
  }
  if (!isSubjectToken(hello.worker)) {
    throw invalidHello(
      'worker',
      `Expected a worker name of 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(hello.worker)}. Choose another --name.`,
    );
  }
  if (identity.role === 'worker' && identity.name !== hello.worker) {
    const message = `Expected the worker's name to be ${identity.name}, as its credentials say, got ${hello.worker}. Start it with --name ${identity.name}, or with credentials of its own.`;
    throw new TickworkError('PERMISSION_DENIED', message, { violations: [{ field: 'worker', message }] });
  }
  if (hello.slots < 1 || hello.slots > MAX_SLOTS) {
    throw invalidHello(
      'slots',
      `Expected slots to be 1 to ${MAX_SLOTS}, got ${hello.slots}. Start the worker with another --slots.`,
    );
  }
}

export function invalidHello(field: string, message: string): TickworkError {
  return new TickworkError('ARGUMENT_INVALID', message, { violations: [{ field, message }] });
}

/**
 * A process may come back before its old stream is noticed to be dead. Another process may have the name only when the first
 * was not heard of for `quietMs`.
 * @throws TickworkError WORKER_DUPLICATE
 */
export function checkNameIsFree(hello: Hello, earlier: KnownWorker | undefined, now: number, quietMs: number): void {
  if (!earlier?.connected) return;
  const { session } = earlier;
  const sameProcess = session.hello.pid === hello.pid && session.hello.host === hello.host;
  if (sameProcess || now - session.lastHeardAt >= quietMs) return;
  throw new TickworkError(
    'WORKER_DUPLICATE',
    `Expected the worker name ${hello.worker} to be free, got one that process ${session.hello.pid} on ${session.hello.host} uses. Give this worker another --name.`,
  );
}
