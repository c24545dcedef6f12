import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { makeTextures } from '../../../worker/training/data/textures.ts';
import { selectImages } from '../../../worker/training/data/trial-images.ts';
import { openImageInput } from '../../../worker/training/input/open-input.ts';
import { measureMeanImage } from '../../../worker/training/mean-image.ts';
import { meanImageScaling, scalePixels } from '../../../worker/training/networks/pixel-scaling.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';
import { bytesOf, expectAgreement, functionStep, runOn } from '../executors/agreement.ts';

const SELECTION = {
  dataset: 'textures',
  trainImages: 50,
  validationImages: 30,
  testImages: 10,
  trainScale: 32,
} as const;

describe('the mean image', () => {
  const dataset = makeTextures();
  const images = selectImages(SELECTION, 3, dataset);
  const measure = async (trainScale: number, side: number, batchSize: number): Promise<Float32Array> => {
    const input = openImageInput(images, { trainScale }, { loaderThreads: 0, pixelCacheBytes: 0 });
    const settings = { trainScale, side, batchSize, corruptImages: 'fail', pause: async () => {} } as const;
    const { levels } = await measureMeanImage(input, images.train, settings);
    await input.close();
    return levels;
  };

  it('is the mean of the centres of the training images, and of no others', async () => {
    const side = 28;
    const { pixels } = dataset.train as Extract<typeof dataset.train, { kind: 'stored' }>;
    const expected = Float32Array.from({ length: side * side * 3 }, (_, i) => {
      const [row, column, c] = [Math.floor(i / (side * 3)), Math.floor(i / 3) % side, i % 3];
      let sum = 0;
      for (const place of images.train.places) sum += pixels[((place * 32 + row + 2) * 32 + column + 2) * 3 + c] ?? 0;
      return sum / images.train.places.length;
    });
    expect(await measure(32, side, 16)).toEqual(expected);
  });

  it('is the same however the images are batched', async () => {
    const [one, other] = [await measure(40, 28, 7), await measure(40, 28, 50)];
    expect(one).toEqual(other);
  });
});

describe('a mean image in a step', () => {
  const levels = Float32Array.from({ length: 2 * 2 * 3 }, (_, i) => 10 * i + 0.5);
  const scaling = meanImageScaling({ side: 2, levels }, 3);
  const subtracted = (height: number, width: number) =>
    functionStep('mean image', { images: bytesOf([2, height, width, 3], (i) => (i * 53) % 256) }, ({ images }) => ({
      seen: scalePixels(images as Tensor, scaling),
    }));

  it('is taken from every image of the crop’s size, pixel by pixel', async () => {
    const run = subtracted(2, 2);
    await expectAgreement(run);
    const { seen } = await runOn(createOnnxExecutor({ threads: 1 }), run);
    const expected = Array.from(seen?.data ?? [], (_, i) => ((i * 53) % 256) - (levels[i % 12] ?? 0));
    expect(Array.from(seen?.data ?? [])).toEqual(expected);
  });

  it('is stretched over a larger image: corners stay corners, between them it is linear', async () => {
    const run = subtracted(4, 6);
    await expectAgreement(run);
    const { seen } = await runOn(createOnnxExecutor({ threads: 1 }), run);
    const mean = (y: number, x: number): number => {
      const i = (y * 6 + x) * 3;
      return ((i * 53) % 256) - (seen?.data[i] ?? Number.NaN);
    };
    expect([mean(0, 0), mean(0, 5), mean(3, 0), mean(3, 5)]).toEqual([0.5, 30.5, 60.5, 90.5]);
    expect(mean(0, 2)).toBeCloseTo(0.5 + 30 / 3, 4);
    expect(mean(1, 0)).toBeCloseTo(0.5 + 60 / 4, 4);
  });
});

it('a trial with a mean image gives the same numbers twice, and others than by channel', async () => {
  const parameters = { ...SHORT_TRIAL, dataset: 'textures', learningRate: 1e-4, checkpointEvery: 0 } as const;
  const train = async (inputNormalisation: 'subtract-mean' | 'subtract-mean-image') => {
    const executor = createOnnxExecutor({ threads: 1 });
    const outcome = await trainTrial(
      { parameters: { ...parameters, inputNormalisation }, seed: 1 },
      {
        ...recorder(),
        executor,
        datasets: { load: async () => makeTextures() },
        now: () => 0,
        signal: new AbortController().signal,
      },
    );
    await executor.dispose();
    if (outcome.status !== 'succeeded') throw new Error(outcome.message);
    return outcome.metrics.trainLoss;
  };
  const first = await train('subtract-mean-image');
  expect(await train('subtract-mean-image')).toBe(first);
  expect(await train('subtract-mean')).not.toBe(first);
});
