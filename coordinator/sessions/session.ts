import type { Place } from '../../core/placement/place.ts';
import type { LeaseRef } from '../../core/trial/trial.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import { wireLease } from './lease-message.ts';
import { placesOf } from './places.ts';
import { createSlotUse, type SlotUse } from './slot-use.ts';
import { createStopOrders, type StopOrders } from './stop-orders.ts';
import type { WorkConnection } from './work-connection.ts';

/** One worker's stream, from its Hello to its end. */
export interface Session {
  readonly worker: string;
  readonly hello: Hello;
  readonly places: readonly Place[];
  readonly connection: WorkConnection;
  readonly connectedAt: number;
  /** Coordinator's clock, ms: the last message of any kind. */
  lastHeardAt: number;
  /** What the worker holds has been compared with the log; before that it is given nothing. */
  adopted: boolean;
  draining: boolean;
  outboxRecords: number;
  /** Grants that are being decided for it. */
  granting: number;
  /** How long its trials take lately, ms; undefined while nothing is known. */
  trialMs: number | undefined;
  readonly stops: StopOrders;
  readonly slotUse: SlotUse;
}

export function createSession(connection: WorkConnection, hello: Hello, now: number): Session {
  return {
    worker: hello.worker,
    hello,
    places: placesOf(hello),
    connection,
    connectedAt: now,
    lastHeardAt: now,
    adopted: false,
    draining: hello.draining,
    outboxRecords: 0,
    granting: 0,
    trialMs: undefined,
    stops: createStopOrders(),
    slotUse: createSlotUse(hello.slots, now),
  };
}

/** Once for each lease: the answer, or the heartbeats, end the order. */
export function stopTrial(session: Session, lease: LeaseRef, reason: string): void {
  if (session.stops.add(lease.leaseId)) session.connection.send({ stop: { lease: wireLease(lease), reason } });
}

/** Takes a lease back whose trial waits for a slot; one that has begun goes on. Never answered when it has. */
export function recallTrial(session: Session, lease: LeaseRef, reason: string): void {
  session.connection.send({ stop: { lease: wireLease(lease), reason, unlessBegun: true } });
}
