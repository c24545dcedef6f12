import type { Locator } from '../core/space/locator.ts';
import type { SweepEvent } from '../core/sweep/events.ts';
import type { GroupedAggregate, Grouping, IndexRange } from '../core/table/grouping.ts';
import type { Pairing } from '../core/table/pairing.ts';
import type { Disposition } from '../core/trial/states.ts';
import type { FailureRecord, ReportRecord, ResultRecord, TrialRecord } from '../proto/records.ts';

/** The event log: one writer, enforced by the log itself. Adapters: JetStream, memory. */
export interface EventLog {
  /** All events after batch `after` (default 0: from the beginning), in batches as they were appended. */
  replay(after?: number): AsyncIterable<readonly SweepEvent[]>;
  /**
   * Appends one batch atomically after the last batch that this log has read or written.
   * Calls may overlap: they are appended in their order, and what stands behind a refused batch is refused too.
   * @throws TickworkError LOG_CONFLICT when somebody else has written since (step down), NATS_UNREACHABLE (the batch may have been
   * written: retry with the very same events, or step down), ARGUMENT_INVALID when the batch is too large for one message.
   */
  append(events: readonly SweepEvent[]): Promise<void>;
  /**
   * That nobody else has written since the last batch that this log has read or written, so that what it does not know was not so.
   * @throws TickworkError LOG_CONFLICT when somebody has (step down), NATS_UNREACHABLE
   */
  confirm(): Promise<void>;
  /** What no other batch has, in this log or another; undefined where the log has no such batch. */
  batchId(sequence: number): Promise<string | undefined>;
  /** Sequence of the last batch read or written; 0 when empty. */
  readonly lastSequence: number;
  close(): Promise<void>;
}

/** A record as the record stream delivers it. */
export interface Delivery {
  readonly record: TrialRecord;
  readonly id: string;
  readonly contentHash: string;
  /** Position in the record stream. */
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  /**
   * Confirms; call after the effect is durable. Never rejects: when the stream could not be told, the record comes again, as it
   * may at any time.
   */
  ack(): Promise<void>;
}

/** Where workers' records arrive: at least once, in any order. Malformed messages are handed over too, with their problem. */
export interface RecordStream {
  /** Batches of what is waiting, at most `maxBatch` each. Ends when `signal` aborts. Survives reconnects. */
  deliveries(options: {
    readonly maxBatch: number;
    readonly signal: AbortSignal;
  }): AsyncIterable<readonly (Delivery | Malformed)[]>;
  /** Records that this coordinator has not acknowledged, delivered or not. */
  backlog(): Promise<number>;
  close(): Promise<void>;
}

/** Where the coordinator puts records of its own: results that are reused. Adapters: JetStream, memory. */
export interface RecordOutlet {
  /**
   * Resolves when the record stream has them; what it has already it does not take again.
   * @throws TickworkError NATS_UNREACHABLE: some of them may be there.
   */
  put(records: readonly TrialRecord[]): Promise<void>;
}

export interface Malformed {
  readonly problem: string;
  readonly bytes: Uint8Array;
  readonly sequence: number;
  /** Removes it from the stream's pending messages. */
  ack(): Promise<void>;
}

export interface StoredResult {
  readonly sweepId: string;
  readonly cell: number;
  readonly gridIndex: number;
  readonly seed: number;
  readonly record: ResultRecord;
  readonly contentHash: string;
  /** Equal for equal recipes, see core/reuse/trial-key.ts; absent: it has none, or is of a time before there were any. */
  readonly trialKey?: string;
  /** Position of the record in the record stream. */
  readonly sequence: number;
  /** Unix milliseconds by the coordinator's clock. */
  readonly committedAt: number;
}

/** A record that is kept for inspection only. */
export interface SetAside {
  readonly disposition: 'superseded' | 'quarantined';
  readonly reason: string;
  readonly id: string;
  readonly contentHash: string;
  /** JSON text of the record, or what could be read of it. */
  readonly body: string;
  readonly sequence: number;
  readonly at: number;
}

export interface StoreBatch {
  readonly results: readonly StoredResult[];
  readonly reports: readonly (ReportRecord & { readonly sequence: number })[];
  readonly failures: readonly (FailureRecord & { readonly sequence: number })[];
  readonly setAside: readonly SetAside[];
}

export interface ReportPoint {
  readonly cell: number;
  readonly attempt: number;
  readonly trainEpoch: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a coordinator says of itself while it leads; see leadership/election.ts. */
export interface LeaderClaim {
  readonly holder: string;
  readonly process: string;
  readonly renewals: number;
  /** Its holder leads no more. */
  readonly released: boolean;
}

/** The one place where coordinators compete. Adapters: JetStream, memory. */
export interface LeaderKey {
  read(): Promise<{ readonly claim: LeaderClaim; readonly revision: number } | undefined>;
  /**
   * Compare and set.
   * @param after the revision that is to be replaced; 0: there is none.
   * @returns the new revision; undefined when somebody else has written since.
   */
  write(claim: LeaderClaim, after: number): Promise<number | undefined>;
}

/** The committed rows. Adapters: DuckDB, memory. One contract suite runs over both. */
export interface ResultStore {
  /**
   * Everything or nothing, durable on return. A row that exists already is left as it is; a result that contradicts the one of
   * its cell is set aside as quarantined.
   */
  commit(batch: StoreBatch): Promise<void>;
  result(sweepId: string, cell: number): Promise<StoredResult | undefined>;
  /** Results of the given cells of one sweep: for trial listings, and what a restart compares with the event log. */
  results(sweepId: string, cells: readonly number[]): Promise<ReadonlyMap<number, StoredResult>>;
  /** Attempt and content of every accepted result of a sweep, by cell. */
  accepted(sweepId: string): Promise<ReadonlyMap<number, { readonly attempt: number; readonly contentHash: string }>>;
  /**
   * The results that were accepted first of trials with these keys, outside of one sweep. They were trained: none of them is itself
   * reused.
   */
  withTrialKeys(keys: readonly string[], outsideOf: string): Promise<ReadonlyMap<string, StoredResult>>;
  /** Sets the results of these cells aside as superseded: the log has decided otherwise. Cells without one are ignored. */
  overrule(cells: readonly { readonly sweepId: string; readonly cell: number }[], at: number): Promise<void>;
  /**
   * How records were settled that are neither an accepted result nor a report, by id: as they were set aside, or `committed` for
   * a failure that was kept. What is not in the table is absent.
   */
  dispositions(ids: readonly string[]): Promise<ReadonlyMap<string, Disposition>>;
  /** @param within only of these configurations. */
  aggregate(
    sweepId: string,
    grouping: Grouping,
    metrics: readonly string[],
    within?: IndexRange,
  ): Promise<readonly GroupedAggregate[]>;
  /** As `aggregate`, of the differences between each cell's value and that of its partner in the base row; cells without one are left out. */
  aggregateDifferences(
    sweepId: string,
    grouping: Grouping,
    pairing: Pairing,
    metrics: readonly string[],
    within?: IndexRange,
  ): Promise<readonly GroupedAggregate[]>;
  /** In the order of (cell, attempt, trainEpoch); `after` is the last one seen. @param query.cells only of these; default: all. */
  reports(query: {
    readonly sweepId: string;
    readonly cells?: readonly number[];
    readonly after?: { readonly cell: number; readonly attempt: number; readonly trainEpoch: number };
    readonly limit: number;
  }): Promise<readonly ReportPoint[]>;
  /** One Parquet file: a row for each committed (cell, metric), with its levels as columns. */
  exportParquet(
    sweepId: string,
    factors: readonly { readonly name: string; readonly labels: readonly string[]; readonly locator: Locator }[],
  ): Promise<Uint8Array>;
  counts(): Promise<{ readonly results: number; readonly quarantined: number; readonly superseded: number }>;
  close(): Promise<void>;
}
