import { type SweepState, trialOf } from './state.ts';

/** Mean objective over the seeds of each configuration of a search's last stage; undefined for one without any result. */
export function scoresOfLastStage(sweep: SweepState): readonly (number | undefined)[] {
  const { grid, study } = sweep;
  const drawn = study.search?.drawn ?? [];
  const count = drawn.at(-1) ?? 0;
  const start = drawn.reduce((total, rows) => total + rows, 0) - count;
  return Array.from({ length: count }, (_, i) => {
    const objectives = grid.seeds.flatMap((_, seedIndex) => {
      const trial = trialOf(sweep, seedIndex * grid.size + start + i);
      return trial.state === 'succeeded' && trial.objective !== undefined ? [trial.objective] : [];
    });
    return objectives.length === 0 ? undefined : objectives.reduce((a, b) => a + b, 0) / objectives.length;
  });
}
