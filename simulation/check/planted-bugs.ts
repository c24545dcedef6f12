/**
 * Mistakes that somebody could make in the product, made here in the simulation's wiring, to see that the checker finds each.
 * A flaw is a switch on a simulated part, or on the wiring between real parts (flawed-parts.ts).
 */
export interface Flaws {
  /** fsync of the worker's disk does nothing. */
  readonly outboxSkipsFsync: boolean;
  /** The event log does not compare the expected sequence. */
  readonly logTakesAnyWriter: boolean;
  /** The table answers before the rows are on the disk. */
  readonly tableAnswersEarly: boolean;
  /** The table has no primary key. */
  readonly tableKeepsRepeats: boolean;
  /** Events are appended before their rows are committed. */
  readonly eventBeforeRow: boolean;
  /** Deliveries are acknowledged to JetStream before the ledger has them. */
  readonly ackBeforeCommit: boolean;
  /** Receipts are sent before the ledger has the records. */
  readonly receiptBeforeCommit: boolean;
  /** A superseded result replaces the accepted one. */
  readonly lateResultOverwrites: boolean;
  /** A new coordinator does not look for rows without their event. */
  readonly recoverySkipsRows: boolean;
  /** Leases are timed by the clock of the worker that was heard last. */
  readonly leaseByWorkersClock: boolean;
  /** An attempt that is lost is not recorded, so its cell is never offered again. */
  readonly requeueLost: boolean;
  /** The same assignment goes to a second worker too. */
  readonly assignmentTwice: boolean;
  /** The worker believes a coordinator of a lower epoch. */
  readonly epochNotCompared: boolean;
  /** The worker drops a record on JetStream's acknowledgement. */
  readonly forgetOnPubAck: boolean;
  /** The worker's message ids leave out what kind of record it is. */
  readonly messageIdTooShort: boolean;
  /** The worker never asks for receipts that were lost. */
  readonly reconcileSkipped: boolean;
  /** The worker forgets its outbox when it starts. */
  readonly outboxNotRead: boolean;
  /** What a worker comes back without stays leased to it. */
  readonly missingLeaseKept: boolean;
  /** A new coordinator leads without an event of it, so nothing fences the one before. */
  readonly leadershipNotTaken: boolean;
  /** A new coordinator reads all but one batch of the log. */
  readonly replaySkipsBatch: boolean;
  /** A result that comes after the end of its sweep gets a row. */
  readonly cancelledResultKept: boolean;
  /** The table keeps two digits of a value. */
  readonly valueRounded: boolean;
  /** Points of learning curves are receipted and not kept. */
  readonly pointsDropped: boolean;
  /** Records that have no effect are receipted and not set aside. */
  readonly supersededDropped: boolean;
  /** The worker empties its outbox when it meets a new leader. */
  readonly forgetOnNewLeader: boolean;
  /** A leader sets records aside without asking the log whether it still leads. */
  readonly strangersSetAside: boolean;
  /** A coordinator that takes over sets records aside without asking the log whether anybody has written since it was read. */
  readonly strangersFetched: boolean;
  /** A coordinator that stands by acknowledges records before its rows are on the disk. */
  readonly standbyAcksUncommitted: boolean;
  /** A coordinator leads without the results that the log has and its table lacks. */
  readonly takeoverWithoutFetch: boolean;
  /** Rows that the log has decided against stay in the table. */
  readonly overruledRowsKept: boolean;
  /** A coordinator that stands by takes what it knew of the log before a record arrived for all that explains it. */
  readonly arrivedNotAsked: boolean;
}

export type FlawName = keyof Flaws;

export const NO_FLAWS: Flaws = {
  outboxSkipsFsync: false,
  logTakesAnyWriter: false,
  tableAnswersEarly: false,
  tableKeepsRepeats: false,
  eventBeforeRow: false,
  ackBeforeCommit: false,
  receiptBeforeCommit: false,
  lateResultOverwrites: false,
  recoverySkipsRows: false,
  leaseByWorkersClock: false,
  requeueLost: false,
  assignmentTwice: false,
  epochNotCompared: false,
  forgetOnPubAck: false,
  messageIdTooShort: false,
  reconcileSkipped: false,
  outboxNotRead: false,
  missingLeaseKept: false,
  leadershipNotTaken: false,
  replaySkipsBatch: false,
  cancelledResultKept: false,
  valueRounded: false,
  pointsDropped: false,
  supersededDropped: false,
  forgetOnNewLeader: false,
  strangersSetAside: false,
  strangersFetched: false,
  standbyAcksUncommitted: false,
  takeoverWithoutFetch: false,
  overruledRowsKept: false,
  arrivedNotAsked: false,
};

export const FLAW_NAMES = Object.keys(NO_FLAWS) as FlawName[];

export function withFlaw(name: FlawName): Flaws {
  return { ...NO_FLAWS, [name]: true };
}
