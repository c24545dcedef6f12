import { beforeAll, describe, expect, it } from 'vitest';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { Dataset } from '../../../worker/training/data/dataset.ts';
import { selectImages } from '../../../worker/training/data/trial-images.ts';
import { openImageInput } from '../../../worker/training/input/open-input.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { createTrainingInput } from '../../../worker/training/training-input.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';

const NETWORK = { channels: 1, classes: 10, dropout: 0.5 };

describe('the training input', () => {
  let dataset: Dataset;
  beforeAll(async () => {
    dataset = await paintedDataset(100, 10).load({ dataset: 'fashion-mnist' });
  });

  /** Images, labels and masks of every step of two epochs. */
  async function batches(seed: number, changes: Partial<TrialParameters> = {}) {
    const parameters = { ...SHORT_TRIAL, trainScale: [32, 64] as [number, number], ...changes };
    const description = describeNetwork('vgg8', parameters.config, NETWORK);
    const images = selectImages({ ...parameters, testImages: 10 }, seed, dataset);
    const direct = openImageInput(images, parameters, { loaderThreads: 0, pixelCacheBytes: 0 });
    const input = createTrainingInput({ seed, parameters }, description, images, direct);
    const steps: { images: number[]; labels: number[]; mask: number[] }[] = [];
    for (const trainEpoch of [1, 2]) {
      const epoch = input.startEpoch(trainEpoch);
      for (let step = 0; step < input.stepsPerEpoch; step += 1) {
        const { batch, noise } = await epoch.fill(step);
        const copy = (name: string, from: typeof batch): number[] => Array.from(from[name]?.data ?? []);
        steps.push({ images: copy('images', batch), labels: copy('labels', batch), mask: copy('dropout6', noise) });
      }
    }
    return steps;
  }

  it('is the same for every configuration of a seed', async () => {
    const first = await batches(1, { config: 'A' });
    expect(await batches(1, { config: 'E', learningRate: 1, weightDecay: 0 })).toEqual(first);
    expect(first).toHaveLength(4);
  });

  it('differs between seeds, epochs and steps', async () => {
    const all = [...(await batches(1)), ...(await batches(2))];
    for (const what of ['images', 'mask'] as const) {
      expect(new Set(all.map((step) => step[what].join())).size).toBe(all.length);
    }
  });

  it('shows an image alike whatever the batch size', async () => {
    const images = async (changes: Partial<TrialParameters>): Promise<string[]> =>
      (await batches(1, changes)).flatMap(({ images: pixels }) => {
        const length = 28 * 28;
        return Array.from({ length: pixels.length / length }, (_, row) =>
          pixels.slice(row * length, (row + 1) * length).join(),
        );
      });
    expect(await images({ batchSize: 4 })).toEqual(await images({ batchSize: 20 }));
  });

  it('visits each image of the subset at most once an epoch, and drops the incomplete last batch', async () => {
    const plain = { trainScale: 28, trainFlip: false, batchSize: 16 };
    const steps = await batches(1, plain);
    const length = 28 * 28;
    const epochs = [steps.slice(0, 2), steps.slice(2)].map((epoch) =>
      epoch.flatMap(({ images }) =>
        [...Array(16).keys()].map((row) => images.slice(row * length, (row + 1) * length).join()),
      ),
    );
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(32);
    expect(new Set(epochs.flat()).size).toBeLessThanOrEqual(40);
  });

  it('labels one class of each image', async () => {
    for (const { labels } of await batches(1)) {
      for (let row = 0; row < 16; row += 1) {
        const one = labels.slice(row * 10, (row + 1) * 10);
        expect([...one].sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
      }
    }
  });
});

describe('the initial state', () => {
  it('is equal in the layers that two configurations share, and differs between seeds and layers', () => {
    const state = (config: string, seed: number) => initialState(describeNetwork('vgg8', config, NETWORK), seed);
    const a = state('A', 1);
    const e = state('E', 1);
    for (const shared of ['conv1_1', 'conv3_1', 'conv5_2', 'fc6', 'fc8']) {
      expect(a[`${shared}/kernel`]).toEqual(e[`${shared}/kernel`]);
    }
    expect(a['conv1_1/kernel']).not.toEqual(state('A', 2)['conv1_1/kernel']);
    expect(e['conv5_2/kernel']?.data).not.toEqual(e['conv5_3/kernel']?.data);
  });

  it('has kernels of variance 2 / fan-in, and zeros elsewhere', () => {
    const state = initialState(describeNetwork('vgg8', 'D', NETWORK), 1);
    const variance = (name: string): number => {
      const data = Array.from(state[name]?.data ?? []);
      return data.reduce((sum, value) => sum + value * value, 0) / data.length;
    };
    expect(variance('fc6/kernel') * (576 / 2)).toBeCloseTo(1, 1);
    expect(variance('conv4_2/kernel') * ((9 * 64) / 2)).toBeCloseTo(1, 1);
    for (const zero of ['fc6/bias', 'conv1_1/bias', 'fc6/kernel/velocity', 'conv1_1/bias/velocity']) {
      expect(variance(zero)).toBe(0);
    }
  });
});
