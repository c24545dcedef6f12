import { TickworkError } from '../../core/errors.ts';
import { decide } from '../../core/sweep/decide.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, isCell, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { isFinished } from '../../core/trial/trial.ts';
import type { EventLog, ResultStore } from '../ports.ts';
import { type CellRef, compareRows } from './compare-rows.ts';

export interface Recovered {
  readonly state: ClusterState;
  /** Results whose row was durable while the event was not: the last coordinator died between the two. */
  readonly adopted: number;
}

export interface RecoverOptions {
  /** Named in the log, for people. */
  readonly holder: string;
  /** Unix milliseconds. */
  readonly now: number;
  /** What the log leads to up to a batch, where that is known already. */
  readonly known?: { readonly state: ClusterState; readonly sequence: number };
  /** Leadership epoch in which this table's coordinator led last; undefined where one table serves all. */
  readonly ledEpoch?: number;
  /** Puts results into the table that the log knows and the table lacks. @throws TickworkError CONFIG_INVALID */
  readonly fetch?: (missing: readonly CellRef[], state: ClusterState) => Promise<void>;
}

/**
 * What a new coordinator does before anything else: fold the log, take the leadership with the log's consent (a stale leader's
 * next append is then refused), and give every row that the log does not know its event.
 * @throws TickworkError LOG_CONFLICT, NATS_UNREACHABLE; CONFIG_INVALID when the log and the store are not of one cluster.
 */
export async function recover(log: EventLog, store: ResultStore, options: RecoverOptions): Promise<Recovered> {
  const { holder, now, known, ledEpoch, fetch } = options;
  let state = known?.state ?? EMPTY_CLUSTER;
  for await (const batch of log.replay(known?.sequence ?? 0)) state = batch.reduce(evolve, state);
  const othersLed = ledEpoch !== undefined && ledEpoch !== state.epoch;

  const events: SweepEvent[] = [];
  /** @returns whether it changed anything. */
  const apply = (command: Parameters<typeof decide>[1]): boolean => {
    const decision = decide(state, command, now, { costOf: () => 0 });
    if (!decision.ok) return false;
    events.push(...decision.events);
    state = decision.events.reduce(evolve, state);
    return decision.events.length > 0;
  };
  apply({ type: 'take-leadership', holder });

  let adopted = 0;
  for (const sweep of state.sweeps.values()) {
    const unsettled = await cellsWithoutEvent(sweep, store, othersLed);
    if (unsettled.length === 0) continue;
    for (const { record, contentHash } of (await store.results(sweep.id, unsettled)).values()) {
      if (apply({ type: 'record-result', record: { ...record, contentHash } })) adopted++;
    }
  }
  if (othersLed) {
    const { missing, overruled } = await compareRows(state, store);
    await store.overrule(overruled, now);
    if (missing.length > 0) await fetch?.(missing, state);
  }
  await checkRows(state, store);
  await log.append(events);
  return { state, adopted };
}

/**
 * Open cells that may have a row whose event is missing. A row of a trial implies a lease before it, and a trial that has neither
 * lease nor end is among the requeued; but a cell that is given the result of another one was never leased.
 */
async function cellsWithoutEvent(sweep: SweepState, store: ResultStore, othersLed: boolean) {
  // While others led, an edit may have ended the reuse.
  if (sweep.study.reuse !== true && !othersLed) return [...sweep.live, ...sweep.requeued];
  if (sweep.status !== 'active' || sweep.counts.pending + sweep.live.size === 0) return [];
  const cells = [...(await store.accepted(sweep.id)).keys()];
  return cells.filter((cell) => isCell(sweep, cell) && !isFinished(trialOf(sweep, cell)));
}

/**
 * Log and table tell one story, or something was lost or mixed up outside: an emptied NATS, a state directory of another
 * cluster. Going on would show gaps that nobody can fill, or rows of one sweep under the name of another.
 */
async function checkRows(state: ClusterState, store: ResultStore): Promise<void> {
  const { results } = await store.counts();
  const succeeded = [...state.sweeps.values()].reduce((total, sweep) => total + sweep.counts.succeeded, 0);
  if (results === succeeded) return;
  throw new TickworkError(
    'CONFIG_INVALID',
    `Expected the state directory and the event log in NATS to belong together, but the table has ${results} results and the log knows ${succeeded}. ` +
      'Name the state directory and the namespace of one cluster, or restore what is missing from a backup.',
  );
}
