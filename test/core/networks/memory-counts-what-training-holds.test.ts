import { describe, expect, it } from 'vitest';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import { countParameters } from '../../../core/networks/counts.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { estimateMemory } from '../../../core/networks/memory.ts';
import { OPTIMISERS } from '../../../worker/training/optimisers/optimisers.ts';

const PLAIN = { batchSize: 2, optimiser: 'sgd', freeze: 0, trainEpochs: 1, testScale: 4, testDense: false } as const;

/** 4×4 grey image → 3 maps of 4×4 → 3 of 2×2 → 12 → 5, dropped out → 2. */
const TINY: NetworkDescription = {
  title: 'tiny',
  side: 4,
  channels: 1,
  classes: 2,
  layers: [
    { kind: 'conv', name: 'conv', filters: 3, size: 3, pad: 1, relu: true },
    { kind: 'max-pool', name: 'pool', size: 2, stride: 2 },
    { kind: 'flatten', name: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 5, relu: true },
    { kind: 'dropout', name: 'dropout', rate: 0.5 },
    { kind: 'dense', name: 'fc2', units: 2, relu: false },
  ],
};

describe('the memory of a training step', () => {
  it('is counted number by number', () => {
    const parameters = 3 * 9 + 3 + (12 * 5 + 5) + (5 * 2 + 2);
    const kept = 16 + (48 + 12 + 5 + 2 * 5 + 2);
    expect(estimateMemory(TINY, PLAIN)).toEqual({
      weights: 4 * parameters,
      gradients: 4 * parameters,
      optimiser: 4 * parameters,
      // The convolution and the pool read and give most together: 48 and 12.
      activations: 4 * 2 * (kept + Math.max(16 + 48, 48 + 12)),
      total: 12 * parameters + 4 * 2 * (kept + 64),
    });
  });

  it('has the optimiser’s own slots, and nothing for layers that do not learn', () => {
    for (const optimiser of ['sgd', 'adam'] as const) {
      const { weights, optimiser: slots } = estimateMemory(TINY, { ...PLAIN, optimiser });
      expect(slots).toBe(weights * OPTIMISERS[optimiser].slots.length);
    }
    const frozen = estimateMemory(TINY, { ...PLAIN, freeze: 2 });
    expect(frozen.gradients).toBe(4 * (5 * 2 + 2));
    expect(frozen.weights).toBe(4 * countParameters(TINY));
  });

  it('is the weights and one layer where nothing is trained, over whole images where these are tested', () => {
    const parameters = 3 * 9 + 3 + (12 * 5 + 5) + (5 * 2 + 2);
    const evaluation = { ...PLAIN, trainEpochs: 0 };
    const activations = 4 * 2 * (16 + (16 + 48));
    expect(estimateMemory(TINY, evaluation)).toEqual({
      weights: 4 * parameters,
      gradients: 0,
      optimiser: 0,
      activations,
      total: 4 * parameters + activations,
    });
    expect(estimateMemory(TINY, { ...evaluation, testScale: 8 }).activations).toBe(activations);
    const whole = { ...evaluation, testScale: [4, 8], testDense: true };
    expect(estimateMemory(TINY, whole).activations).toBe(4 * activations);
  });

  it('grows with the batch in the activations only', () => {
    const vgg = describeNetwork('vgg', 'D', { channels: 3, classes: 1000, dropout: 0.5 });
    const [one, many] = [
      estimateMemory(vgg, { ...PLAIN, batchSize: 1 }),
      estimateMemory(vgg, { ...PLAIN, batchSize: 64 }),
    ];
    expect(many.activations).toBe(64 * one.activations);
    expect(many.total - many.activations).toBe(one.total - one.activations);
    // 138 million weights three times over, and some 15 million activations an image.
    expect(many.total / 1e9).toBeCloseTo(1.66 + 64 * 0.086, 0);
  });
});
