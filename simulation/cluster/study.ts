import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import type { Study } from '../../core/study/study.ts';
import { type TrialSpec, trialParametersSchema } from '../../core/study/trial-parameters.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import type { Random } from '../random.ts';

/**
 * A small study, drawn; in some the first network keeps its weights and the others start from them, or each waits for the one
 * before it and the last for all. Attempts are cheap: only faults that never end make a cell fail for its machine.
 */
export function drawStudy(name: string, random: Random): { readonly study: Study; readonly yaml: string } {
  const configs = ['A', 'A-LRN', 'B', 'C', 'D', 'E'].slice(0, random.integer(2, 4));
  const dependent = random.chance(0.3);
  const ordered = dependent && configs.length === 3;
  const rates = [0.01, 0.02, 0.05].slice(0, dependent ? 1 : random.integer(1, 3));
  const levels = configs.map((config, i) =>
    dependent && !ordered
      ? { label: config, config, ...(i === 0 ? { saveWeightsAs: name } : { initialWeights: name }) }
      : config,
  );
  const seeds = Array.from({ length: random.integer(2, 3) }, (_, i) => 100 * random.integer(0, 99) + i);
  const yaml = `study: ${name}
seeds: [${seeds.join(', ')}]
maxAttempts: 100
parameters:
  network: vgg8
  dataset: fashion-mnist
  trainImages: 128
  testImages: 64
  trainEpochs: ${random.integer(1, 3)}
  batchSize: 32
  trainScale: 28
  testScale: 28
factors:
  config: ${JSON.stringify(levels)}
  learningRate: [${rates.join(', ')}]
${ordered ? orderedYaml(configs) : ''}`;
  return { study: loadStudy(yaml), yaml };
}

/** A chain, at whose end one waits for all before it. */
function orderedYaml(configs: readonly string[]): string {
  const rules = configs.slice(1).map((config, i) => {
    const before = i === configs.length - 2 ? configs.slice(0, -1) : [configs[i]];
    return `  - { cells: config == "${config}", waitFor: 'config in ${JSON.stringify(before)}', equal: [learningRate] }`;
  });
  return `after:\n${rules.join('\n')}\n`;
}

/** What the cell's trial is given. */
export function specOf(sweep: SweepState, cell: number): TrialSpec {
  const parameters = trialParametersSchema.parse(sweep.grid.parameters(gridIndexOf(sweep.grid, cell)));
  return { parameters, seed: seedOf(sweep.grid, cell) };
}
