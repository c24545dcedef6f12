import { DATASETS } from '../../../core/catalogue/datasets.ts';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import { TickworkError } from '../../../core/errors.ts';
import { createGrid, gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import { trialParameters } from '../../../core/study/check-levels.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { HostTensor, RunInputs } from '../../../engine/executor.ts';
import type { Step } from '../../../engine/step.ts';
import { initialState } from '../networks/initial-state.ts';
import { trainingStep } from '../networks/training-step.ts';
import { OPTIMISERS, scalarsAt } from '../optimisers/optimisers.ts';

export interface CellStep {
  readonly step: Step;
  readonly description: NetworkDescription;
  readonly parameters: TrialParameters;
  /** Weights as the cell's own trial starts with them. */
  readonly state: Readonly<Record<string, HostTensor>>;
  /** Made-up images, labels and masks. */
  readonly inputs: RunInputs;
}

/**
 * The training step of one cell of a study, and something to run it on.
 * @param cell its index in the grid, seeds included.
 * @param batchSize instead of the study's.
 * @throws TickworkError as `loadStudy` does, and ARGUMENT_INVALID for a cell that the grid does not have.
 */
export function cellStep(studyYaml: string, cell: number, batchSize?: number): CellStep {
  const grid = createGrid(loadStudy(studyYaml));
  const cells = grid.size * grid.seeds.length;
  if (!Number.isInteger(cell) || cell < 0 || cell >= cells) {
    throw new TickworkError('ARGUMENT_INVALID', `Expected the cell to be from 0 to ${cells - 1}, got ${cell}.`);
  }
  const parameters = trialParameters(grid, gridIndexOf(grid, cell));
  const { network, config, dropout, dataset } = parameters;
  const { channels, classes } = DATASETS[dataset];
  const description = describeNetwork(network, config, { channels, classes, dropout });
  const step = trainingStep(description, batchSize ?? parameters.batchSize, parameters);
  const state = initialState(description, seedOf(grid, cell), OPTIMISERS[parameters.optimiser]);
  const tensor = (shape: readonly number[], value: (index: number) => number): HostTensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { shape, data: Float32Array.from({ length: count }, (_, index) => value(index)) };
  };
  const { batch, noise } = step.signature;
  const inputs: RunInputs = {
    batch: {
      images: tensor(batch.images?.shape ?? [], (index) => Math.sin(12.9898 * index)),
      labels: tensor(batch.labels?.shape ?? [], (index) =>
        Number(index % classes === Math.floor(index / classes) % classes),
      ),
    },
    scalars: scalarsAt(parameters, 0, 1),
    noise: Object.fromEntries(
      Object.entries(noise).map(([name, { shape }]) => [name, tensor(shape, (index) => (index % 3 === 0 ? 0 : 1.5))]),
    ),
  };
  return { step, description, parameters, state, inputs };
}

/** How a step shows the gradients of its loss. */
export interface GradientProbe {
  readonly step: Step;
  readonly run: Pick<CellStep, 'state' | 'inputs'>;
  readonly weights: readonly string[];
  readonly gradientOf: (before: HostTensor, after: HostTensor) => Float32Array;
}

/**
 * The step with learning rate 1 and neither momentum nor decay: the weights then move by their gradients.
 * @returns `undefined` where the optimiser moves them otherwise.
 */
export function gradientProbe({ step, description, parameters, state, inputs }: CellStep): GradientProbe | undefined {
  const { optimiser, biasRate, filterRadius } = parameters;
  if (optimiser !== 'sgd' || biasRate !== 1 || filterRadius !== 0) return undefined;
  const scalars = { ...inputs.scalars, learningRate: 1, momentum: 0, weightDecay: 0 };
  return {
    step,
    run: { state, inputs: { ...inputs, scalars } },
    weights: listWeights(description).map(({ name }) => name),
    gradientOf: (before, after) =>
      Float32Array.from(before.data, (value, index) => value - (after.data[index] ?? Number.NaN)),
  };
}
