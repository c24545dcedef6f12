import { TickworkError } from '../../core/errors.ts';
import { decide } from '../../core/sweep/decide.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER } from '../../core/sweep/state.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Delivery, EventLog, Malformed, RecordStream, ResultStore, StoreBatch, StoredResult } from '../ports.ts';
import type { CellRef } from './compare-rows.ts';
import { settleRecord } from './settle-records.ts';
import { addRows, emptyRows } from './turn.ts';

/**
 * A table that keeps up with a leader's: the log says what became of each record, the record stream has what it said. A
 * coordinator that stands by follows all the time; one that takes over with a table of its own fetches what it lacks.
 *
 * It decides nothing. A record that the log has not settled by an event waits; whoever leads settles it.
 */
export interface Follower {
  /** What the log leads to, as far as it has been read. */
  readonly known: { readonly state: ClusterState; readonly sequence: number };
  /** Keeps up until `signal` aborts; what fails is tried again. */
  follow(signal: AbortSignal): Promise<void>;
  /** Fetches these rows. @throws TickworkError CONFIG_INVALID when the stream does not have them, LOG_CONFLICT */
  fetch(missing: readonly CellRef[], state: ClusterState): Promise<void>;
}

export interface FollowerDeps {
  /** Where to begin; default: before the first batch. */
  readonly known?: { readonly state: ClusterState; readonly sequence: number } | undefined;
  readonly log: EventLog;
  readonly store: ResultStore;
  readonly records: RecordStream;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_BATCH = 256;
const CATCH_UP_EVERY_MS = 1_000;
const FETCH_EVERY_MS = 100;
/** A consumer that has just been made, or has a new leader, may count nothing for a moment. */
const LOOKS = 10;

type Item = Delivery | Malformed;

interface Absorbed {
  readonly records: number;
  readonly results: readonly CellRef[];
}

export function createFollower({ known, log, store, records, clock, logger }: FollowerDeps): Follower {
  let { state, sequence } = known ?? { state: EMPTY_CLUSTER, sequence: 0 };
  /** Delivered and not settled by the log yet, by place in the stream. */
  const waiting = new Map<number, Item>();

  /** Collects deliveries while `work` runs. */
  async function whilePulling(work: (ended: AbortSignal) => Promise<void>): Promise<void> {
    const ended = new AbortController();
    const pulling = (async () => {
      for await (const batch of records.deliveries({ maxBatch: MAX_BATCH, signal: ended.signal }))
        for (const item of batch) waiting.set(item.sequence, item);
    })();
    try {
      await Promise.race([work(ended.signal), pulling]);
    } finally {
      ended.abort();
      await pulling.catch(() => undefined);
      waiting.clear();
    }
  }

  /**
   * Rows of what waits and is settled by `by`. A record that the log does not explain may be explained by what is appended yet,
   * unless it arrived before `by` was read: a lease is in the log before its worker hears of it.
   * @param arrived places of those records.
   * @param confirm asked before any of them is set aside. Default: `by` was read after they had arrived.
   * @returns how many records it has settled, and the cells whose results are in the table now.
   */
  async function absorb(
    by: ClusterState,
    arrived: ReadonlySet<number>,
    confirm: () => Promise<void> = async () => {},
  ): Promise<Absorbed> {
    let strangers = false;
    const settled: { readonly item: Item; readonly rows: Partial<StoreBatch> }[] = [];
    for (const item of waiting.values()) {
      if (settled.length === MAX_BATCH * 4) break;
      const settlement = settleRecord(by, item, (command) => decide(by, command, 0, { costOf: () => 0 }), clock.now());
      const { outcome } = settlement.settled;
      if (settlement.events.length > 0 || (outcome === 'quarantined' && !arrived.has(item.sequence))) continue;
      strangers ||= outcome === 'quarantined';
      settled.push({ item, rows: settlement.rows });
    }
    if (strangers) await confirm();
    if (settled.length === 0) return { records: 0, results: [] };
    const rows = emptyRows();
    for (const each of settled) addRows(rows, each.rows);
    await overruleOthers(rows.results);
    await store.commit(rows);
    for (const { item } of settled) waiting.delete(item.sequence);
    await Promise.all(settled.map(({ item }) => item.ack()));
    return { records: settled.length, results: rows.results };
  }

  /**
   * Where these results belong the table may have one that this coordinator wrote when it led last and was replaced before its
   * event; kept, it would stand in the way of the accepted one, which comes once.
   */
  async function overruleOthers(accepted: readonly StoredResult[]): Promise<void> {
    const others: CellRef[] = [];
    for (const sweepId of new Set(accepted.map((result) => result.sweepId))) {
      const results = accepted.filter((result) => result.sweepId === sweepId);
      const rows = await store.results(
        sweepId,
        results.map(({ cell }) => cell),
      );
      for (const { cell, record, contentHash } of results) {
        const row = rows.get(cell);
        if (row && (row.record.attempt !== record.attempt || row.contentHash !== contentHash))
          others.push({ sweepId, cell });
      }
    }
    if (others.length > 0) await store.overrule(others, clock.now());
  }

  async function catchUp(): Promise<void> {
    const arrived = new Set(waiting.keys());
    for await (const batch of log.replay(sequence)) {
      state = batch.reduce(evolve, state);
      sequence = log.lastSequence;
    }
    while ((await absorb(state, arrived)).records > 0);
  }

  return {
    get known() {
      return { state, sequence };
    },
    async follow(signal) {
      while (!signal.aborted) {
        try {
          await whilePulling(async (ended) => {
            const over = AbortSignal.any([signal, ended]);
            for (; !over.aborted; await clock.sleep(CATCH_UP_EVERY_MS, over)) await catchUp();
          });
        } catch (error) {
          if (error instanceof TickworkError && error.code === 'INTERNAL') throw error;
          logger.warn({ err: error }, 'Could not follow the leader; trying again');
          await clock.sleep(CATCH_UP_EVERY_MS, signal);
        }
      }
    },
    fetch: (missing, by) =>
      whilePulling(async (ended) => {
        const left = new Set(missing.map(keyOf));
        for (let looks = 0; !ended.aborted; ) {
          const before = waiting.size;
          // Whatever comes was made under leases that `by` has, unless the leader before goes on and does not know that it was replaced.
          const found = await absorb(by, new Set(waiting.keys()), log.confirm);
          for (const row of found.results) left.delete(keyOf(row));
          if (left.size === 0) return;
          if (found.records > 0) continue;
          // Counted before the look: what has arrived since was not looked at.
          const nothingMore = (await records.backlog()) <= before && waiting.size === before;
          looks = nothingMore ? looks + 1 : 0;
          if (looks === LOOKS) throw notInTheStream(left.size);
          await clock.sleep(FETCH_EVERY_MS);
        }
      }),
  };
}

const keyOf = ({ sweepId, cell }: CellRef): string => `${sweepId}/${cell}`;

function notInTheStream(rows: number): TickworkError {
  const message =
    `Expected the record stream in NATS to have the ${rows} results that the event log knows and this table lacks, got none of them. ` +
    'Start the coordinator on the state directory that led last, or restore what is missing from a backup.';
  return new TickworkError('CONFIG_INVALID', message);
}
