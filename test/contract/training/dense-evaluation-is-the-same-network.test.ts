import { describe, expect, test } from 'vitest';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { square } from '../../../worker/training/data/crops.ts';
import { denseEvaluationStep } from '../../../worker/training/networks/dense-evaluation-step.ts';
import { evaluationStep, type VoteKind, votesOf } from '../../../worker/training/networks/evaluation-step.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { createUniform, randomTensor, relativeDifference, runOn, tensorOf } from '../executors/agreement.ts';

const INPUT = { channels: 1, classes: 10, dropout: 0.5 };

describe('at the side it was trained on, a fully convolutional network gives what the network gives', () => {
  test.each([
    ['vgg8', 'A'],
    ['alexnet8', 'base'],
    ['googlenet8', 'gap-aux1'],
    ['googlenet8', 'fc'],
  ] as const)('%s %s', async (family, config) => {
    const description = describeNetwork(family, config, INPUT);
    const state = initialState(description, 1);
    const images = randomTensor([3, description.side, description.side, 1], createUniform(2));
    const inputs = { batch: { images }, scalars: {}, noise: {} };
    const ordinary = await runOn(createOnnxExecutor({ threads: 1 }), {
      step: evaluationStep(description, 3),
      state,
      inputs,
    });
    const dense = await runOn(createOnnxExecutor({ threads: 1 }), {
      step: denseEvaluationStep(description, square(description.side), 3),
      state,
      inputs,
    });
    const expected = ordinary.votes ?? tensorOf([0], () => 0);
    expect(relativeDifference(dense.votes, expected)).toBeLessThan(1e-5);
  });
});

test('over a larger image it averages the scores of all positions, before the softmax', async () => {
  const network: NetworkDescription = {
    title: 'without padding',
    side: 6,
    channels: 2,
    classes: 3,
    layers: [
      { kind: 'conv', name: 'conv', filters: 4, size: 3, pad: 0, relu: true },
      { kind: 'max-pool', name: 'pool', size: 2, stride: 2 },
      { kind: 'flatten', name: 'flatten' },
      { kind: 'dense', name: 'fc1', units: 5, relu: true },
      { kind: 'dense', name: 'fc2', units: 3, relu: false },
    ],
  };
  const side = 10;
  const state = initialState(network, 4);
  const uniform = createUniform(8);
  const image = randomTensor([1, side, side, 2], uniform);
  const run = async (step: ReturnType<typeof evaluationStep>, images: typeof image) =>
    Array.from(
      (
        await runOn(createOnnxExecutor({ threads: 1 }), {
          step,
          state,
          inputs: { batch: { images }, scalars: {}, noise: {} },
        })
      ).votes?.data ?? [],
    );
  // The pool moves the network by 2 pixels: 3 × 3 positions. Scores up to a constant are the logarithms of posteriors.
  const sums = [0, 0, 0];
  for (const top of [0, 2, 4]) {
    for (const left of [0, 2, 4]) {
      const crop = tensorOf([1, 6, 6, 2], (index) => {
        const [row, column, channel] = [Math.floor(index / 12), Math.floor(index / 2) % 6, index % 2];
        return image.data[((top + row) * side + left + column) * 2 + channel] ?? Number.NaN;
      });
      const posteriors = await run(evaluationStep(network, 1), crop);
      posteriors.forEach((posterior, label) => {
        sums[label] = (sums[label] ?? 0) + Math.log(posterior) / 9;
      });
    }
  }
  const total = sums.reduce((sum, score) => sum + Math.exp(score), 0);
  const dense = await run(denseEvaluationStep(network, square(side), 1), image);
  dense.forEach((posterior, label) => {
    expect(posterior).toBeCloseTo(Math.exp(sums[label] ?? 0) / total, 5);
  });
});

test('a network of a hinge loss votes by its scores, of which the posteriors are the softmax', async () => {
  expect([votesOf('softmax'), votesOf('hinge'), votesOf('ranking-hinge')]).toEqual(['posteriors', 'scores', 'scores']);
  const description = describeNetwork('vgg8', 'A', INPUT);
  const state = initialState(description, 1);
  const images = randomTensor([2, 40, 40, 1], createUniform(2));
  const votes = async (kind: VoteKind): Promise<number[]> => {
    const step = denseEvaluationStep(description, square(40), 2, kind);
    const inputs = { batch: { images }, scalars: {}, noise: {} };
    const results = await runOn(createOnnxExecutor({ threads: 1 }), { step, state, inputs });
    return Array.from(results.votes?.data ?? []);
  };
  const [scores, posteriors] = [await votes('scores'), await votes('posteriors')];
  for (const row of [0, 1]) {
    const own = scores.slice(10 * row, 10 * row + 10).map(Math.exp);
    const total = own.reduce((sum, value) => sum + value, 0);
    own.forEach((value, label) => {
      expect(posteriors[10 * row + label]).toBeCloseTo(value / total, 5);
    });
  }
});
