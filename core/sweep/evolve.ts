import { withMeasurement } from '../budget/speed.ts';
import { EMPTY_INDEX_SET } from '../collections/index-set.ts';
import { vectorEntries, vectorGet, vectorSet } from '../collections/sparse-vector.ts';
import { createGrid, gridIndexOf } from '../grid/grid.ts';
import { type Load, withLoad } from '../placement/load.ts';
import { type AskedLevels, withAsked } from '../study/asked-configurations.ts';
import { drawnRows } from '../study/search.ts';
import { type Retries, strikesAfter } from '../trial/retry.ts';
import type { FailureKind } from '../trial/states.ts';
import { historyOf, isLive, slotMs, type Trial } from '../trial/trial.ts';
import { SUSPICIOUS_KINDS } from '../worker-health/health.ts';
import { afterEndOf, withBlockedCounted } from './count-blocked.ts';
import type { Asked } from './decision.ts';
import type { SweepEvent } from './events.ts';
import { edited, withdrawn } from './evolve-edit.ts';
import { evolveHealth } from './evolve-health.ts';
import { type ClusterState, newSweep, type RequestKind, type SweepState, trialOf } from './state.ts';

/**
 * The state after an event. Total and pure: it never throws and never refuses, so that replaying the log always gives the
 * live state (invariant I6). An event that does not fit (only a damaged log has one) leaves the state as it is.
 */
export function evolve(state: ClusterState, event: SweepEvent): ClusterState {
  switch (event.type) {
    case 'leadership-taken':
      return { ...state, epoch: event.epoch, holder: event.holder };
    case 'memory-learned':
      return {
        ...state,
        learnedMemory: new Map(state.learnedMemory).set(event.memoryClass, event.moreThanBytes),
      };
    case 'sweep-submitted':
      return withRequest({ ...state, sweeps: state.sweeps.with(newSweep(event)) }, event, 'submit');
    case 'budget-exhausted':
      return withSweep(state, event.sweepId, (sweep) => ({ ...sweep, exhausted: event.reason }));
    case 'sweep-edited': {
      const next = withSweep(state, event.sweepId, (sweep) => edited(sweep, event), event.cancelled);
      return withRequest(next, event, 'edit');
    }
    case 'trial-withdrawn':
      return withSweep(
        state,
        event.sweepId,
        (sweep) => {
          const before = trialOf(sweep, event.cell);
          if (!isLive(before)) return sweep;
          const after: Trial = { state: 'cancelled', attempt: event.attempt, finishedAt: event.at };
          const next = withTime(withTrial(sweep, event.cell, before, after), before, after, event.at);
          return afterEndOf(withdrawn(next), event.cell);
        },
        [event.cell],
      );
    case 'sweep-cancelled': {
      const live = state.sweeps.get(event.sweepId)?.live ?? [];
      const next = withSweep(state, event.sweepId, (sweep) => cancelled(sweep, event.at), live);
      return withRequest(next, event, 'cancel');
    }
    case 'sweep-paused':
    case 'sweep-resumed': {
      const paused = event.type === 'sweep-paused';
      const next = withSweep(state, event.sweepId, (sweep) => (sweep.paused === paused ? sweep : { ...sweep, paused }));
      return withRequest(next, event, paused ? 'pause' : 'resume');
    }
    case 'failed-trials-retried': {
      const next = withSweep(state, event.sweepId, (sweep) => withBlockedCounted(retried(sweep, event.kinds)));
      return withRequest(next, event, 'retry');
    }
    case 'score-reported': {
      const { cell, trainEpoch, value } = event;
      return withSweep(state, event.sweepId, (sweep) => {
        const scores = [...(vectorGet(sweep.scores, cell) ?? []), { trainEpoch, value }];
        return { ...sweep, scores: vectorSet(sweep.scores, cell, scores) };
      });
    }
    case 'configurations-proposed':
      return withSweep(state, event.sweepId, (sweep) => proposed(sweep, event));
    case 'replicas-granted':
      return withSweep(state, event.sweepId, (sweep) => {
        const study = { ...sweep.study, search: event.search };
        return {
          ...sweep,
          study,
          grid: createGrid(study),
          total: sweep.total + event.cells,
          counts: { ...sweep.counts, pending: sweep.counts.pending + event.cells },
          firstUntouched: 0,
          decisions: [...sweep.decisions, { at: event.at, reason: event.reason }],
        };
      });
    case 'configuration-asked': {
      const { gridIndex, levels } = event;
      const next = levels ? withSweep(state, event.sweepId, (sweep) => asked(sweep, levels)) : state;
      return withRequest(next, event, 'ask', { gridIndex, known: levels === undefined });
    }
    case 'search-ended': {
      const next = withSweep(state, event.sweepId, (sweep) => {
        const { search } = sweep.study;
        return search?.kind === 'ask'
          ? { ...sweep, study: { ...sweep.study, search: { ...search, ended: true } } }
          : sweep;
      });
      return withRequest(next, event, 'end-search');
    }
    case 'sweep-completed':
      return withSweep(state, event.sweepId, (sweep) => ({ ...sweep, status: 'completed', finishedAt: event.at }));
    case 'trial-leased':
    case 'trial-started':
    case 'attempt-lost':
    case 'trial-succeeded':
    case 'trial-failed':
    case 'trial-stopped': {
      const counted = withSweep(
        state,
        event.sweepId,
        (sweep) => {
          const before = trialOf(sweep, event.cell);
          const after = trialAfter(before, event, sweep.study.retries);
          if (after === before) return sweep;
          const timed = withTime(withTrial(sweep, event.cell, before, after), before, after, event.at);
          const next =
            after.state === 'succeeded' && after.reusedFrom ? { ...timed, reused: (timed.reused ?? 0) + 1 } : timed;
          return isLive(after) || after.state === 'succeeded' ? next : afterEndOf(next, event.cell);
        },
        [event.cell],
      );
      const { key, ...measured } = (event.type === 'trial-succeeded' && event.measured) || { key: '', work: 0, ms: 0 };
      const next =
        key === '' || counted === state
          ? counted
          : { ...counted, speeds: withMeasurement(counted.speeds, key, measured) };
      const speaksOfWorker =
        event.type === 'attempt-lost' ||
        event.type === 'trial-failed' ||
        (event.type === 'trial-succeeded' && event.reusedFrom === undefined);
      return speaksOfWorker && next !== state ? evolveHealth(next, event, failedOn(state, event)) : next;
    }
    case 'worker-quarantined':
    case 'worker-trusted':
      return evolveHealth(state, event);
  }
}

function failedOn(state: ClusterState, { sweepId, cell }: TrialEvent): readonly string[] | undefined {
  const sweep = state.sweeps.get(sweepId);
  const trial = sweep && trialOf(sweep, cell);
  return trial && 'failedOn' in trial ? trial.failedOn : undefined;
}

type TrialEvent = Extract<
  SweepEvent,
  { type: 'trial-leased' | 'trial-started' | 'attempt-lost' | 'trial-succeeded' | 'trial-failed' | 'trial-stopped' }
>;

function trialAfter(trial: Trial, event: TrialEvent, retries: Retries | undefined): Trial {
  const started = trial.state === 'running' ? { startedAt: trial.startedAt } : {};
  switch (event.type) {
    case 'trial-leased': {
      if (trial.state !== 'pending') return trial;
      const { attempt, leaseId, worker, epoch, placed, at } = event;
      const where = placed === undefined ? {} : { placed };
      return { state: 'leased', attempt, leaseId, worker, epoch, leasedAt: at, ...where, ...historyOf(trial) };
    }
    case 'trial-started':
      return trial.state === 'leased' ? { ...trial, state: 'running', startedAt: event.at } : trial;
    case 'attempt-lost': {
      if (!isLive(trial)) return trial;
      const { kind, message, worker, reported } = event;
      const strikes = strikesAfter(kind, trial, retries);
      const suspicious = reported && SUSPICIOUS_KINDS.has(kind);
      const failedOn = suspicious ? { failedOn: [...new Set([...(trial.failedOn ?? []), worker])] } : {};
      const lost = { kind, message, worker };
      return { state: 'pending', attempt: trial.attempt, ...historyOf(trial), ...strikes, ...failedOn, lost };
    }
    case 'trial-succeeded': {
      if (trial.state !== 'pending' && !isLive(trial)) return trial;
      const { attempt, worker, contentHash, objective, reusedFrom, at } = event;
      const score = objective === undefined ? {} : { objective };
      const from = reusedFrom === undefined ? {} : { reusedFrom };
      // One that was under way for nothing has not begun what was taken.
      const since = reusedFrom === undefined ? started : {};
      return { state: 'succeeded', attempt, ...from, worker, contentHash, ...score, ...since, finishedAt: at };
    }
    case 'trial-stopped': {
      if (trial.state !== 'pending' && !isLive(trial)) return trial;
      const { attempt, worker, trainEpoch, value, reason, at } = event;
      return { state: 'stopped', attempt, worker, trainEpoch, value, reason, ...started, finishedAt: at };
    }
    case 'trial-failed': {
      if (!isLive(trial)) return trial;
      const { attempt, kind, message, worker, at } = event;
      return { state: 'failed', attempt, failure: { kind, message, worker }, ...started, finishedAt: at };
    }
  }
}

function withRequest(
  state: ClusterState,
  { requestId, sweepId }: { readonly requestId: string; readonly sweepId: string },
  what: RequestKind,
  asked?: Asked,
): ClusterState {
  const answer = { sweepId, what, ...(asked === undefined ? {} : { asked }) };
  return { ...state, requests: new Map(state.requests).set(requestId, answer) };
}

/** @param cells whose trials may begin or cease to be live by this. */
function withSweep(
  state: ClusterState,
  sweepId: string,
  change: (sweep: SweepState) => SweepState,
  cells: Iterable<number> = [],
): ClusterState {
  const sweep = state.sweeps.get(sweepId);
  if (!sweep) return state;
  const changed = change(sweep);
  if (changed === sweep) return state;
  const load = loadAfter(state.load, sweep, changed, cells);
  return { ...state, load, sweeps: state.sweeps.with({ ...changed, revision: sweep.revision + 1 }) };
}

function loadAfter(load: Load, before: SweepState, after: SweepState, cells: Iterable<number>): Load {
  let next = load;
  for (const cell of cells) {
    const [was, is] = [trialOf(before, cell), trialOf(after, cell)];
    if (isLive(was) === isLive(is)) continue;
    const trial = isLive(was) ? was : is;
    if (!isLive(trial)) continue;
    const { device, reservedBytes } = trial.placed ?? { device: 0, reservedBytes: 0 };
    next = withLoad(next, trial.worker, device, reservedBytes, isLive(is) ? 1 : -1);
  }
  return next;
}

/** A live trial that has ended has used its slot. */
function withTime(sweep: SweepState, before: Trial, after: Trial, at: number): SweepState {
  return isLive(after) ? sweep : { ...sweep, usedMs: sweep.usedMs + slotMs(before, at) };
}

function withTrial(sweep: SweepState, cell: number, before: Trial, after: Trial): SweepState {
  const trials = vectorSet(sweep.trials, cell, after);
  const counts = { ...sweep.counts };
  counts[before.state] -= 1;
  counts[after.state] += 1;

  const live = isLive(after) ? sweep.live.with(cell) : sweep.live.without(cell);

  let requeued = sweep.requeued;
  if (before.state === 'pending' && requeued.length > 0) requeued = requeued.filter((other) => other !== cell);
  if (after.state === 'pending') requeued = [...requeued, cell];

  let firstUntouched = sweep.firstUntouched;
  while (firstUntouched < sweep.grid.cellBound) {
    const first = sweep.grid.cellAt(firstUntouched);
    const allowed = sweep.grid.allows(gridIndexOf(sweep.grid, first)) && sweep.grid.wants(first);
    if (allowed && vectorGet(trials, first) === undefined) break;
    firstUntouched++;
  }
  return { ...sweep, trials, counts, live, requeued, firstUntouched };
}

function cancelled(sweep: SweepState, at: number): SweepState {
  let { trials, usedMs } = sweep;
  const withdrawnNow =
    sweep.editions === undefined ? 0 : [...sweep.live].filter((cell) => !sweep.grid.wants(cell)).length;
  const total = sweep.total - withdrawnNow;
  for (const cell of [...sweep.live, ...sweep.requeued]) {
    const before = trialOf(sweep, cell);
    usedMs += slotMs(before, at);
    trials = vectorSet(trials, cell, { state: 'cancelled', attempt: before.attempt, finishedAt: at });
  }
  const { succeeded, failed, stopped } = sweep.counts;
  return {
    ...sweep,
    status: 'cancelled',
    total,
    trials,
    usedMs,
    counts: {
      pending: 0,
      leased: 0,
      running: 0,
      succeeded,
      failed,
      stopped,
      cancelled: total - succeeded - failed - stopped,
      blocked: 0,
    },
    live: EMPTY_INDEX_SET,
    requeued: [],
    finishedAt: at,
  };
}

function retried(sweep: SweepState, kinds: readonly FailureKind[]): SweepState {
  let { trials } = sweep;
  const cells: number[] = [];
  for (const [cell, trial] of vectorEntries(sweep.trials)) {
    if (
      trial.state !== 'failed' ||
      !sweep.grid.wants(cell) ||
      (kinds.length > 0 && !kinds.includes(trial.failure.kind))
    )
      continue;
    trials = vectorSet(trials, cell, { state: 'pending', attempt: trial.attempt, strikes: 0, lost: trial.failure });
    cells.push(cell);
  }
  if (cells.length === 0 || sweep.status === 'cancelled') return sweep;
  const { finishedAt: _, ...rest } = sweep;
  const { pending, failed } = sweep.counts;
  return {
    ...rest,
    status: 'active',
    trials,
    counts: { ...sweep.counts, pending: pending + cells.length, failed: failed - cells.length },
    requeued: [...sweep.requeued, ...cells],
  };
}

/** Cells keep their index: the grid has had its whole size from the start. */
function asked(sweep: SweepState, levels: AskedLevels): SweepState {
  const { search } = sweep.study;
  if (search?.kind !== 'ask') return sweep;
  const study = withAsked(sweep.study, search, levels);
  const cells = study.seeds.length;
  return {
    ...sweep,
    study,
    grid: createGrid(study),
    total: sweep.total + cells,
    counts: { ...sweep.counts, pending: sweep.counts.pending + cells },
    firstUntouched: Math.min(sweep.firstUntouched, drawnRows(search)),
  };
}

function proposed(sweep: SweepState, event: Extract<SweepEvent, { type: 'configurations-proposed' }>): SweepState {
  const { factors, space, search, added, reason, at } = event;
  const study = { ...sweep.study, factors, space, search };
  const cells = added * study.seeds.length;
  return {
    ...sweep,
    study,
    grid: createGrid(study),
    total: sweep.total + cells,
    counts: { ...sweep.counts, pending: sweep.counts.pending + cells },
    firstUntouched: 0,
    decisions: [...sweep.decisions, { at, reason }],
  };
}
