import { afterAll, describe, expect, it } from 'vitest';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { withoutFrozenDropout } from '../../../core/networks/frozen.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import { createOnnxExecutor, type HostTensor } from '../../../engine/mod.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { type Objective, trainingStep } from '../../../worker/training/networks/training-step.ts';
import { sgd } from '../../../worker/training/optimisers/sgd.ts';
import { bytesOf, createUniform, expectAgreement, type Run, randomTensor, tensorOf } from '../executors/agreement.ts';

const BATCH = 4;
const FULL = describeNetwork('alexnet8', 'base', { channels: 1, classes: 10, dropout: 0.5 });
const PLAIN: Objective = {
  loss: 'softmax',
  optimiser: 'sgd',
  biasRate: 1,
  biasDecay: 0,
  layerRates: [],
  layerDecays: [],
  freeze: 0,
  filterRadius: 0,
};

const executor = createOnnxExecutor({ threads: 1 });
afterAll(() => executor.dispose());

/** What the oracles can run in a moment. */
const TINY: NetworkDescription = {
  title: 'tiny',
  side: 8,
  channels: 1,
  classes: 10,
  layers: [
    { kind: 'conv', name: 'conv1', filters: 4, size: 3, pad: 1, relu: true },
    { kind: 'max-pool', name: 'pool1', size: 2, stride: 2 },
    { kind: 'conv', name: 'conv2', filters: 3, size: 3, pad: 1, relu: true },
    { kind: 'flatten', name: 'flatten' },
    { kind: 'dense', name: 'fc6', units: 12, relu: true },
    { kind: 'dropout', name: 'dropout6', rate: 0.5 },
    { kind: 'dense', name: 'fc8', units: 10, relu: false },
  ],
};

function runOf(changes: Partial<Objective>, network = FULL): Run {
  const objective = { ...PLAIN, ...changes };
  const description = withoutFrozenDropout(network, objective.freeze);
  const { side } = description;
  const step = trainingStep(description, BATCH, objective);
  const uniform = createUniform(3);
  const noise = Object.entries(step.signature.noise).map(([name, { shape }]): [string, HostTensor] => [
    name,
    bytesOf(shape, (index) => Number(index % 2 === 0)),
  ]);
  return {
    step,
    state: initialState(description, 1, sgd, objective.freeze),
    inputs: {
      batch: {
        images: randomTensor([BATCH, side, side, 1], uniform),
        labels: tensorOf([BATCH, 10], (index) => Number(index % 10 === (3 * Math.floor(index / 10)) % 10)),
      },
      scalars: { learningRate: 0.01, momentum: 0.9, weightDecay: 0.1 },
      noise: Object.fromEntries(noise),
    },
  };
}

/** Weights and velocities after some steps. */
async function train(changes: Partial<Objective>, steps = 1): Promise<Record<string, HostTensor>> {
  const { step, state, inputs } = runOf(changes);
  const compiled = await executor.compile(step);
  const handle = executor.createState(state);
  for (let done = 0; done < steps; done += 1) await compiled.run(handle, inputs);
  const values = await Promise.all(handle.names.map(async (name) => [name, await handle.read(name)] as const));
  handle.dispose();
  await compiled.dispose();
  return Object.fromEntries(values);
}

/** By how much the first step moved a weight. */
function moves(state: Record<string, HostTensor>, name: string): number[] {
  return Array.from(state[`${name}/velocity`]?.data ?? []);
}

const scaled = (values: readonly number[], factor: number): number[] => values.map((value) => value * factor);
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 6);
}

describe('multipliers', () => {
  it('give one layer its own rate, its biases theirs on top, and leave the others alone', async () => {
    const plain = await train({});
    const changed = await train({ biasRate: 2, layerRates: ['fc8=10', 'conv1=0.1'] });
    expectClose(moves(changed, 'fc8/kernel'), scaled(moves(plain, 'fc8/kernel'), 10));
    expectClose(moves(changed, 'fc8/bias'), scaled(moves(plain, 'fc8/bias'), 20));
    expectClose(moves(changed, 'conv1/kernel'), scaled(moves(plain, 'conv1/kernel'), 0.1));
    expectClose(moves(changed, 'conv1/bias'), scaled(moves(plain, 'conv1/bias'), 0.2));
    expectClose(moves(changed, 'fc6/kernel'), moves(plain, 'fc6/kernel'));
  });

  it('give one layer its own decay, and biases one where the study says so', async () => {
    const start = runOf({}).state;
    const plain = await train({});
    const changed = await train({ biasDecay: 1, layerDecays: ['fc7=3', 'fc8=0'] });
    const decay = (name: string): number[] => Array.from(start[name]?.data ?? [], (weight) => -0.01 * 0.1 * weight);
    const plus = (a: readonly number[], b: readonly number[], factor: number): number[] =>
      a.map((value, index) => value + factor * (b[index] ?? Number.NaN));
    expectClose(moves(changed, 'fc7/kernel'), plus(moves(plain, 'fc7/kernel'), decay('fc7/kernel'), 2));
    expectClose(moves(changed, 'fc8/kernel'), plus(moves(plain, 'fc8/kernel'), decay('fc8/kernel'), -1));
    expectClose(moves(changed, 'conv1/kernel'), moves(plain, 'conv1/kernel'));
  });

  it('are the same on every executor', async () => {
    const changes = { biasRate: 2, biasDecay: 0.5, layerRates: ['fc8=10'], layerDecays: ['conv1=0'] };
    await expectAgreement(runOf(changes, TINY));
  });
});

describe('frozen layers', () => {
  it('keep their weights to the bit and have no velocity, while the others learn', async () => {
    const start = runOf({ freeze: 3 }).state;
    const end = await train({ freeze: 3 }, 3);
    for (const { name, layer, role } of listWeights(FULL)) {
      const frozen = ['conv1', 'conv2', 'conv3'].includes(layer);
      if (frozen) expect(end[name]).toEqual(start[name]);
      else if (role === 'kernel') expect(end[name]).not.toEqual(start[name]);
      expect(`${name}/velocity` in end).toBe(!frozen);
    }
  });

  it('leave to the others the gradients that these have anyway', async () => {
    const [plain, frozen] = [await train({}), await train({ freeze: ['conv2'] })];
    for (const name of ['conv1/kernel', 'conv5/kernel', 'fc8/bias'])
      expectClose(moves(frozen, name), moves(plain, name));
  });

  it('drop nothing out up to the last of them, and above it as ever', () => {
    const dropouts = (freeze: Objective['freeze']): string[] =>
      withoutFrozenDropout(FULL, freeze).layers.flatMap(({ kind, name }) => (kind === 'dropout' ? [name] : []));
    expect(dropouts(5)).toEqual(['dropout6', 'dropout7']);
    expect(dropouts(6)).toEqual(['dropout7']);
    expect(dropouts(7)).toEqual([]);
    expect(dropouts(['fc6'])).toEqual(['dropout6', 'dropout7']);
  });

  it('are frozen on every executor', async () => {
    await expectAgreement(runOf({ freeze: 2 }, TINY));
  });
});
