import { describe, expect, it } from 'vitest';
import { trialCost } from '../../../core/networks/cost.ts';
import { type TrialParameters, trialParametersSchema } from '../../../core/study/trial-parameters.ts';

const PARAMETERS: TrialParameters = trialParametersSchema.parse({
  network: 'vgg8',
  config: 'A',
  dataset: 'fashion-mnist',
  trainImages: 10_000,
  testImages: 2_000,
  trainEpochs: 3,
  batchSize: 64,
  trainScale: 32,
  testScale: 32,
  testCrops: 1,
  testFlip: true,
  trainFlip: true,
  learningRate: 0.01,
  schedule: 'cosine',
  momentum: 0.9,
  weightDecay: 5e-4,
  dropout: 0.5,
});
const FORWARD = 2_212_224;

describe('trialCost', () => {
  it('counts whole batches threefold, an evaluation for each epoch, and both mirror images of the last', () => {
    const trained = 156 * 64 * 3;
    expect(trialCost(PARAMETERS)).toBe(FORWARD * (3 * trained + 2_000 * 3 + 2_000 * 2));
  });

  it('counts the final evaluation alone where nothing is trained', () => {
    expect(trialCost({ ...PARAMETERS, trainEpochs: 0 })).toBe(FORWARD * 2_000 * 2);
  });

  it('counts the crops of the final evaluation', () => {
    const more = trialCost({ ...PARAMETERS, testCrops: 5 }) - trialCost(PARAMETERS);
    expect(more).toBe(FORWARD * 2_000 * 2 * 24);
    const corners = trialCost({ ...PARAMETERS, testCrops: 'corners' }) - trialCost(PARAMETERS);
    expect(corners).toBe(FORWARD * 2_000 * 2 * 4);
    const both = trialCost({ ...PARAMETERS, testScale: 56, testDense: 'and-crops' });
    expect(both - trialCost(PARAMETERS)).toBe(FORWARD * 2_000 * 2 * 4);
    const plain = trialCost({ ...PARAMETERS, testFlip: false });
    expect(trialCost(PARAMETERS) - plain).toBe(FORWARD * 2_000);
  });

  it('puts the deeper configuration after the shallower one', () => {
    const costs = ['A', 'B', 'C', 'D', 'E'].map((config) => trialCost({ ...PARAMETERS, config }));
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  });
});
