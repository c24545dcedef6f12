import { describe, expect, test } from 'vitest';
import { describeNetwork, NETWORK_FAMILIES } from '../../../core/catalogue/networks.ts';
import type { HostTensor, Step } from '../../../engine/mod.ts';
import { createCpuExecutor, createOnnxExecutor } from '../../../engine/mod.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { trainingStep } from '../../../worker/training/networks/training-step.ts';
import { bytesOf, createUniform, relativeDifference, runOn, tensorOf } from '../executors/agreement.ts';

const BATCH = 2;
const CLASSES = 10;
/** The first configuration of each family that is small enough for the oracle, and the one with most kinds of layers. */
const NETWORKS = [
  ['vgg8', 'A-LRN'],
  ['alexnet8', 'base'],
  ['alexnet8', 'krizhevsky-stem'],
  ['cnn-m8', 'M-16'],
  ['googlenet8', 'gap-aux2'],
  ['googlenet8', 'fc-fc'],
  ['two-layer', '50'],
] as const;

function inputsOf({ signature }: Step) {
  const uniform = createUniform(7);
  const fill = (value: (index: number) => number) => (shape: readonly number[]) => tensorOf(shape, value);
  const images = fill(() => 2 * uniform() - 1);
  const labels = fill((index) => (index % CLASSES === Math.floor(index / CLASSES) + 3 ? 1 : 0));
  const mask = (shape: readonly number[]): HostTensor => bytesOf(shape, () => Number(uniform() < 0.5));
  return {
    batch: {
      images: images(signature.batch.images?.shape ?? []),
      labels: labels(signature.batch.labels?.shape ?? []),
    },
    scalars: { learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 },
    noise: Object.fromEntries(
      Object.entries(signature.noise).map(([name, { shape }]): [string, HostTensor] => [name, mask(shape)]),
    ),
  };
}

describe('one training step gives the same weights on ONNX Runtime as kernel by kernel', () => {
  test.each(NETWORKS)('%s %s', async (family, config) => {
    const description = describeNetwork(family, config, { channels: 1, classes: CLASSES, dropout: 0.5 });
    const step = trainingStep(description, BATCH);
    const run = { step, state: initialState(description, 1), inputs: inputsOf(step) };
    const expected = await runOn(createCpuExecutor(), run);
    const actual = await runOn(createOnnxExecutor({ threads: 1 }), run);
    for (const [name, value] of Object.entries(expected)) {
      expect(relativeDifference(actual[name], value), name).toBeLessThan(2e-5);
    }
  });

  test('and every scaled family is among them', () => {
    const small = NETWORK_FAMILIES.filter((family) => family.endsWith('8') || family === 'two-layer');
    expect(new Set(NETWORKS.map(([family]) => family))).toEqual(new Set(small));
  });
});
