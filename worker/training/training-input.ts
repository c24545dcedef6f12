import type { NetworkDescription } from '../../core/networks/description.ts';
import { fillDropoutMask } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { HostTensor, RunInputs } from '../../engine/executor.ts';
import { createCropSampler } from './data/crop-sampler.ts';
import { drawTrainCrop } from './data/crops.ts';
import type { Dataset } from './data/dataset.ts';
import { drawOrder, drawSubset } from './data/subset.ts';
import { dropoutMaskSpecs } from './networks/training-step.ts';

/** The batches and the noise of a trial's training steps: a pure function of the seed, the train epoch and the step. */
export interface TrainingInput {
  /** Whole batches in a train epoch; the images left over sit this epoch out (the next one has another order). */
  readonly stepsPerEpoch: number;
  /** Starts a train epoch, 1-based: its order and its crops. */
  startEpoch(trainEpoch: number): EpochInput;
}

export interface EpochInput {
  /** @param step 0-based within the epoch. @returns buffers that the next call fills again. */
  fill(step: number): Pick<RunInputs, 'batch' | 'noise'>;
}

export function createTrainingInput(spec: TrialSpec, description: NetworkDescription, dataset: Dataset): TrainingInput {
  const { seed, parameters } = spec;
  const { batchSize, trainScale, trainFlip } = parameters;
  const { side, channels, classes } = description;
  const { train, facts } = dataset;
  const subset = drawSubset(seed, parameters.dataset, train.count, parameters.trainImages);
  const stepsPerEpoch = Math.floor(subset.length / batchSize);
  const sample = createCropSampler(side, facts.normalisation);
  const images = new Float32Array(batchSize * side * side * channels);
  const labels = new Float32Array(batchSize * classes);
  const batch = {
    images: { shape: [batchSize, side, side, channels], data: images },
    labels: { shape: [batchSize, classes], data: labels },
  };
  const fillNoise = createDropoutNoise(seed, description, batchSize);
  return {
    stepsPerEpoch,
    startEpoch(trainEpoch) {
      const order = drawOrder(seed, trainEpoch, subset);
      const crops = createStream(seed, 'crops', trainEpoch);
      return {
        fill(step) {
          labels.fill(0);
          for (let row = 0; row < batchSize; row += 1) {
            const image = order[step * batchSize + row] ?? 0;
            const crop = drawTrainCrop(crops.at(image), trainScale, side, trainFlip);
            sample(train, image, crop, images, row * side * side * channels);
            labels[row * classes + (train.labels[image] ?? 0)] = 1;
          }
          return { batch, noise: fillNoise((trainEpoch - 1) * stepsPerEpoch + step) };
        },
      };
    },
  };
}

/** @returns a function of the step (0-based over the trial) that fills every dropout layer's mask anew. */
function createDropoutNoise(
  seed: number,
  description: NetworkDescription,
  batchSize: number,
): (step: number) => Record<string, HostTensor> {
  const specs = dropoutMaskSpecs(description, batchSize);
  const masks = description.layers.flatMap((layer) => {
    if (layer.kind !== 'dropout') return [];
    const shape = specs[layer.name]?.shape ?? [];
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    return [{ name: layer.name, rate: layer.rate, shape, data, stream: createStream(seed, 'dropout', layer.name) }];
  });
  const noise = Object.fromEntries(masks.map(({ name, shape, data }) => [name, { shape, data }]));
  return (step) => {
    for (const { stream, data, rate } of masks) fillDropoutMask(stream.at(step), data, rate);
    return noise;
  };
}
