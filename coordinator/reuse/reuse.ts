import { setImmediate } from 'node:timers/promises';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { type SweepState, trialOf, untouchedCells } from '../../core/sweep/state.ts';
import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RecordOutlet, ResultStore } from '../ports.ts';
import type { Holds } from './holds.ts';
import { findResults, reusedRecords } from './reused-records.ts';

/**
 * Gives cells of sweeps that want it the results of equal trials of other sweeps: looks pending cells up by their keys and puts
 * ordinary records on the record stream, which come back like those of workers. So what is exactly once for these is so for reused
 * ones. Until the records of a sweep are in the table, nothing of it starts (holds.ts).
 *
 * Cells are looked up when the sweep gets them, when a coordinator begins to lead, and once more when a person resumes the sweep,
 * edits it or retries failed trials. Whatever fails or is lost here costs no more than that a cell is trained.
 */
export interface Reuse {
  /** Looks up what there is to look up, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Stops listening. */
  close(): void;
}

export interface ReuseDeps {
  readonly ledger: Ledger;
  readonly store: ResultStore;
  readonly outlet: RecordOutlet;
  readonly holds: Holds;
  /** A sweep is held back no more. */
  readonly onReleased: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Cells that are looked up at once; between two of these everything else has its turn. */
const SLICE = 256;
const TRIES = 5;
const RETRY_MS = 1_000;
/** How long a sweep is held back for records that do not come back, before what is pending is trained. */
const SETTLE_MS = 30_000;

/** What gives a sweep cells. */
const GROWS: ReadonlySet<SweepEvent['type']> = new Set([
  'sweep-submitted',
  'configurations-proposed',
  'configuration-asked',
  'replicas-granted',
]);
/** After these, results that were not there before may be. */
const AGAIN: ReadonlySet<SweepEvent['type']> = new Set(['sweep-edited', 'sweep-resumed', 'failed-trials-retried']);

export function createReuse({ ledger, store, outlet, holds, onReleased, clock, logger }: ReuseDeps): Reuse {
  const waiting = new Set<string>();
  /** Cells that were looked up while this coordinator leads, by sweep. */
  const lookedUp = new Map<string, Set<number>>();
  let wanted = deferred<void>();
  /** Rejects when this ends: it does not wait for a server that does not answer. */
  const ended = deferred<never>();
  ended.promise.catch(() => undefined);
  /** Cells whose records are on their way back, by sweep. */
  const underWay = new Map<string, { readonly cells: Set<number>; readonly settled: () => void }>();

  function want(sweepId: string): void {
    waiting.add(sweepId);
    wanted.resolve();
  }

  function heard(event: SweepEvent): void {
    if (!('sweepId' in event)) return;
    const { sweepId, type } = event;
    const expected = underWay.get(sweepId);
    if (expected) {
      if (type === 'trial-succeeded') expected.cells.delete(event.cell);
      if (type === 'sweep-cancelled' || type === 'sweep-edited') expected.cells.clear();
      if (expected.cells.size === 0) expected.settled();
    }
    if (type === 'sweep-completed' || type === 'sweep-cancelled') lookedUp.delete(sweepId);
    if (!GROWS.has(type) && !AGAIN.has(type)) return;
    if (ledger.state.sweeps.get(sweepId)?.study.reuse !== true) return;
    if (AGAIN.has(type)) {
      lookedUp.delete(sweepId);
      holds.renew(sweepId);
    }
    want(sweepId);
  }

  const stopListening = ledger.onEvents((events) => events.forEach(heard));
  for (const { id, study, status } of ledger.state.sweeps.values())
    if (study.reuse === true && status === 'active') want(id);

  const current = (sweepId: string): SweepState => ledger.state.sweeps.get(sweepId) as SweepState;

  /** Pending cells that were not looked up yet, in slices. */
  function* slices(sweep: SweepState, done: ReadonlySet<number>): Generator<readonly number[]> {
    let slice: number[] = [];
    for (const cells of [sweep.requeued, untouchedCells(sweep, sweep.grid.cellBound)])
      for (const cell of cells) {
        if (done.has(cell) || trialOf(sweep, cell).state !== 'pending') continue;
        slice.push(cell);
        if (slice.length < SLICE) continue;
        yield slice;
        slice = [];
      }
    if (slice.length > 0) yield slice;
  }

  /** @returns the cells that are given a result. */
  async function lookUp(sweep: SweepState, signal: AbortSignal): Promise<readonly number[]> {
    const done = lookedUp.get(sweep.id) ?? new Set<number>();
    lookedUp.set(sweep.id, done);
    const given: number[] = [];
    for (const slice of slices(sweep, done)) {
      await setImmediate();
      if (signal.aborted || current(sweep.id).status !== 'active') break;
      const found = await findResults(store, sweep.id, sweep, slice);
      for (const cell of slice) done.add(cell);
      if (found.size === 0) continue;
      const records = await reusedRecords(store, { sweepId: sweep.id, epoch: ledger.state.epoch }, found);
      await put(() => outlet.put(records), signal);
      given.push(...found.keys());
    }
    return given;
  }

  /** A cluster of NATS servers that elects its leaders answers nothing for a while. */
  async function put(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await Promise.race([attempt(), ended.promise]);
      } catch (error) {
        if (tries === TRIES || signal.aborted) throw error;
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  /** Until all of these cells have a result, or are given up. */
  async function settled(sweepId: string, given: readonly number[], signal: AbortSignal): Promise<void> {
    const cells = new Set(given.filter((cell) => trialOf(current(sweepId), cell).state === 'pending'));
    if (cells.size === 0) return;
    const all = deferred<void>();
    underWay.set(sweepId, { cells, settled: all.resolve });
    const patience = new AbortController();
    await Promise.race([all.promise, clock.sleep(SETTLE_MS, AbortSignal.any([signal, patience.signal]))]);
    patience.abort();
    underWay.delete(sweepId);
    if (cells.size > 0 && !signal.aborted)
      logger.warn({ sweep: sweepId, cells: cells.size }, 'reused results did not come back; these cells are trained');
  }

  async function handle(sweepId: string, signal: AbortSignal): Promise<void> {
    const sweep = current(sweepId);
    if (sweep.study.reuse !== true || sweep.status !== 'active') return;
    try {
      const given = await lookUp(sweep, signal);
      if (given.length > 0) logger.info({ sweep: sweepId, cells: given.length }, 'results are reused');
      await settled(sweepId, given, signal);
    } catch (error) {
      logger.warn({ err: error, sweep: sweepId }, 'could not look up results to reuse; what is pending is trained');
    }
    if (signal.aborted) return;
    // What it was given meanwhile keeps it held, and is looked up next.
    if (!waiting.has(sweepId)) holds.release(current(sweepId));
    onReleased();
  }

  return {
    async run(signal) {
      const end = (): void => {
        ended.reject(signal.reason);
        wanted.resolve();
      };
      signal.addEventListener('abort', end);
      /** No sweep waits for the many cells of another; of each there is one look at a time. */
      const handling = new Map<string, Promise<void>>();
      while (!signal.aborted) {
        wanted = deferred();
        for (const sweepId of waiting) {
          if (handling.has(sweepId)) continue;
          waiting.delete(sweepId);
          const done = handle(sweepId, signal).finally(() => {
            handling.delete(sweepId);
            wanted.resolve();
          });
          handling.set(sweepId, done);
        }
        await wanted.promise;
      }
      signal.removeEventListener('abort', end);
      await Promise.all(handling.values());
    },
    close: stopListening,
  };
}
