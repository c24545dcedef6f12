import type { NetworkDescription } from '../../core/networks/description.ts';
import { fillDropoutMask } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { HostTensor, RunInputs } from '../../engine/executor.ts';
import { colourComponents, createColourShift } from './data/colour.ts';
import { drawOrder, type ImageView, type TrialImages } from './data/trial-images.ts';
import type { ImageInput } from './input/image-input.ts';
import { createNormaliser } from './input/normaliser.ts';
import { dropoutMaskSpecs } from './networks/training-step.ts';

/** The batches and the noise of a trial's training steps: a pure function of the seed, the train epoch and the step. */
export interface TrainingInput {
  /** Whole batches in a train epoch; the images left over sit this epoch out (the next one has another order). */
  readonly stepsPerEpoch: number;
  /**
   * Starts a train epoch, 1-based: its order and its crops.
   * @param firstStep 0-based, for a trial that goes on in the middle of an epoch.
   */
  startEpoch(trainEpoch: number, firstStep?: number): EpochInput;
}

export interface EpochInput {
  /**
   * @param step 0-based within the epoch; one after the other, from the first.
   * @returns buffers that the next call fills again.
   * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
   */
  fill(step: number): Promise<Pick<RunInputs, 'batch' | 'noise'>>;
}

export function createTrainingInput(
  spec: TrialSpec,
  description: NetworkDescription,
  { train, facts }: TrialImages,
  input: ImageInput,
): TrainingInput {
  const { seed, parameters } = spec;
  const { batchSize, trainScale, trainFlip, corruptImages, colourShift } = parameters;
  const { side, channels, classes } = description;
  const stepsPerEpoch = Math.floor(train.places.length / batchSize);
  const length = side * side * channels;
  const normalise = createNormaliser(facts.normalisation, parameters.inputNormalisation);
  const images = new Float32Array(batchSize * length);
  const labels = new Float32Array(batchSize * classes);
  const batch = {
    images: { shape: [batchSize, side, side, channels], data: images },
    labels: { shape: [batchSize, classes], data: labels },
  };
  const fillLabels = createLabelWriter(train, classes);
  const components = colourShift > 0 ? colourComponents(train.images) : [];
  const fillNoise = createDropoutNoise(seed, description, batchSize);
  return {
    stepsPerEpoch,
    startEpoch(trainEpoch, firstStep = 0) {
      const reader = input.open({
        set: 'train',
        places: drawOrder(seed, trainEpoch, train.places),
        batchSize,
        firstBatch: firstStep,
        side,
        views: { kind: 'train', seed, trainEpoch, scale: trainScale, flip: trainFlip },
        corruptImages,
      });
      const shiftOf = createColourShift(components, colourShift, seed, trainEpoch);
      return {
        async fill(step) {
          const { pixels, places } = await reader.next();
          for (let row = 0; row < batchSize; row += 1) {
            const place = places[row] as number;
            const shift = components.length > 0 ? shiftOf(place) : undefined;
            normalise(pixels, row * length, (row + 1) * length, images, shift);
            fillLabels(place, labels.subarray(row * classes, (row + 1) * classes));
          }
          return { batch, noise: fillNoise((trainEpoch - 1) * stepsPerEpoch + step) };
        },
      };
    },
  };
}

/**
 * Writes the labels of an image: 1 for its classes, 0 for the others, ½ for a class of which only difficult objects are
 * there, to which the hinge losses are indifferent.
 */
function createLabelWriter(
  { images, places, labels, targets }: ImageView,
  classes: number,
): (place: number, out: Float32Array) => void {
  const rowOf = new Int32Array(images.count);
  for (const [row, place] of places.entries()) rowOf[place] = row;
  if (targets === undefined) {
    return (place, out) => {
      out.fill(0);
      out[labels[rowOf[place] ?? 0] ?? 0] = 1;
    };
  }
  return (place, out) => {
    const first = (rowOf[place] ?? 0) * classes;
    for (let label = 0; label < classes; label += 1) out[label] = ((targets[first + label] ?? 0) + 1) / 2;
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
