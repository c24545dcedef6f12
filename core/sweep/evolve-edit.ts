import { vectorEntries, vectorSet } from '../collections/sparse-vector.ts';
import { createEditedGrid, editionOf } from '../grid/edited-grid.ts';
import { isLive, slotMs, type Trial } from '../trial/trial.ts';
import { withBlockedCounted } from './count-blocked.ts';
import type { SweepEvent } from './events.ts';
import type { SweepState, TrialCounts } from './state.ts';

/** The sweep with its new study. A withdrawn cell is in no count; one that comes back waits as it did. */
export function edited(sweep: SweepState, event: Extract<SweepEvent, { type: 'sweep-edited' }>): SweepState {
  const { study, studyYaml, added, withdrawn, at } = event;
  const editions = [...(sweep.editions ?? [editionOf(sweep.study)]), editionOf(study)];
  const grid = createEditedGrid(study.factors, editions);
  const ended = new Set(event.cancelled);
  const counts: Record<keyof TrialCounts, number> = { ...sweep.counts };
  // What is blocked by the new study is found out below.
  counts.pending += counts.blocked + added - withdrawn;
  counts.blocked = 0;
  let { trials, live, usedMs } = sweep;
  const back: number[] = [];
  const set = (cell: number, trial: Trial): void => {
    trials = vectorSet(trials, cell, trial);
  };
  for (const [cell, trial] of vectorEntries(sweep.trials)) {
    const { state, attempt } = trial;
    if (ended.has(cell) && isLive(trial)) {
      counts[trial.state]--;
      usedMs += slotMs(trial, at);
      live = live.without(cell);
      set(cell, { state: 'cancelled', attempt, finishedAt: at });
    } else if (state === 'pending' && !grid.wants(cell)) set(cell, { state: 'cancelled', attempt, finishedAt: at });
    else if (state === 'cancelled' && grid.wants(cell)) {
      set(cell, { state: 'pending', attempt, strikes: 0 });
      back.push(cell);
    }
  }
  // A raised budget lets it go on, and one that was not is found out again.
  const { finishedAt, exhausted: _, ...rest } = sweep;
  const next = withBlockedCounted({
    ...rest,
    status: 'active',
    ...{ study, studyYaml, editions, grid, trials, live, counts, usedMs },
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    requeued: [...sweep.requeued.filter((cell) => grid.wants(cell)), ...back],
    firstUntouched: 0,
  });
  const open = next.counts.pending + next.counts.leased + next.counts.running > 0;
  const stays = sweep.status === 'completed' && !open && finishedAt !== undefined;
  return stays ? { ...next, status: 'completed', finishedAt } : next;
}

/** A lost attempt of a cell that is not wanted any more. */
export function withdrawn(sweep: SweepState): SweepState {
  return { ...sweep, total: sweep.total - 1, counts: { ...sweep.counts, cancelled: sweep.counts.cancelled - 1 } };
}
