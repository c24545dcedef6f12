import type { Action } from './permissions.ts';
import type { Rate } from './token-bucket.ts';

/** What one caller, and one connection, may use up. */
export interface Limits {
  /** Calls of one identity, of either carrier. */
  readonly rate: Rate;
  /** Those of them that may take the coordinator's thread for a second: reading a study of 128 KiB, exporting a table. */
  readonly heavyRate: Rate;
  /** Calls of one identity that are under way at the same time, streams included. */
  readonly callsPerIdentity: number;
  /** Calls under way on one gRPC connection. */
  readonly callsPerConnection: number;
  /** A gRPC connection without an admitted call is cut after this time, ms. */
  readonly unadmittedMs: number;
  /** gRPC connections without an admitted call; beyond, new ones are cut at once. */
  readonly unadmittedConnections: number;
  /** Connections of each carrier. */
  readonly connections: number;
}

/**
 * A coordinator on two cores answers about 2,600 unary calls a second (measured with 64 in flight): one caller gets a tenth of
 * that. A worker needs one stream, a page two and some polls.
 */
export const LIMITS: Limits = {
  rate: { perSecond: 250, burst: 500 },
  heavyRate: { perSecond: 5, burst: 50 },
  callsPerIdentity: 256,
  callsPerConnection: 200,
  unadmittedMs: 15_000,
  unadmittedConnections: 1_024,
  connections: 8_192,
};

/** Calls that cost more than an answer from memory. */
export const HEAVY: ReadonlySet<Action> = new Set(['PlanSweep', 'SubmitSweep', 'ExportTable']);

/** Of a gRPC message in either direction, bytes. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
