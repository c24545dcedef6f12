import type { Outcome } from '../study/search.ts';
import { isFinished } from '../trial/trial.ts';
import { type SweepState, trialOf } from './state.ts';

/** What is known of each configuration that a search has drawn, in their order. */
export function outcomesOf(sweep: SweepState): readonly Outcome[] {
  const { grid, study } = sweep;
  const count = (study.search?.drawn ?? []).reduce((total, rows) => total + rows, 0);
  return Array.from({ length: count }, (_, gridIndex): Outcome => {
    const trials = grid.seeds.map((_, seedIndex) => trialOf(sweep, grid.cellOf(gridIndex, seedIndex)));
    const objectives = trials.flatMap((trial) =>
      trial.state === 'succeeded' && trial.objective !== undefined ? [trial.objective] : [],
    );
    const score = objectives.reduce((a, b) => a + b, 0) / objectives.length;
    return { ...(objectives.length === 0 ? {} : { score }), ended: trials.every(isFinished) };
  });
}
