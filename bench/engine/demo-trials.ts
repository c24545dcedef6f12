import { readFile } from 'node:fs/promises';
import { createGrid } from '../../core/grid/grid.ts';
import { trialParameters } from '../../core/study/check-levels.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';

const DEMO = new URL('../../../studies/demo.yaml', import.meta.url);

/** Every configuration of the demo, with its first seed. */
export async function demoTrials(): Promise<readonly TrialSpec[]> {
  const grid = createGrid(loadStudy(await readFile(DEMO, 'utf8')));
  return Array.from({ length: grid.size }, (_, index) => index)
    .filter((index) => grid.allows(index))
    .map((index) => ({ parameters: trialParameters(grid, index), seed: grid.seeds[0] ?? 1 }));
}
