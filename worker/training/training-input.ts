import type { NetworkDescription } from '../../core/networks/description.ts';
import { fillDropoutMask } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import { createXoshiro } from '../../core/random/xoshiro.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { HostTensor, RunInputs } from '../../engine/executor.ts';
import { colourComponents, createColourShift } from './data/colour.ts';
import { square } from './data/crops.ts';
import { drawOrder, type ImageView, type TrialImages } from './data/trial-images.ts';
import type { BatchReader, ImageInput } from './input/image-input.ts';
import type { InputPass } from './input/pass.ts';
import { dropoutMaskSpecs, shiftsColours } from './networks/training-step.ts';

/** The batches and the noise of a trial's training steps: a pure function of the seed, the train epoch and the step. */
export interface TrainingInput {
  /** Whole batches in a train epoch; the images left over sit this epoch out (the next one has another order). */
  readonly stepsPerEpoch: number;
  /**
   * Starts a train epoch, 1-based: its order and its crops.
   * @param firstStep 0-based, for a trial that goes on in the middle of an epoch.
   */
  startEpoch(trainEpoch: number, firstStep?: number): EpochInput;
  /** Has the first batches of a train epoch cut while images that were opened before it are still looked at. */
  prepareEpoch(trainEpoch: number): void;
}

/** What a step takes but its scalars; arrays are filled again by the next call. */
export interface StepInput extends Pick<RunInputs, 'batch' | 'noise'> {
  /** Images of the batch that show a class: those that can be wrong. */
  readonly judged: number;
}

export interface EpochInput {
  /**
   * @param step 0-based within the epoch; one after the other, from the first.
   * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
   */
  fill(step: number): Promise<StepInput>;
}

export function createTrainingInput(
  spec: TrialSpec,
  description: NetworkDescription,
  { train }: TrialImages,
  input: ImageInput,
): TrainingInput {
  const { seed, parameters } = spec;
  const { batchSize, trainScale, trainFlip, corruptImages, colourShift } = parameters;
  const { side, channels, classes } = description;
  const stepsPerEpoch = Math.floor(train.places.length / batchSize);
  const labels = { shape: [batchSize, classes], data: new Float32Array(batchSize * classes) };
  const shifts = { shape: [batchSize, channels], data: new Float32Array(batchSize * channels) };
  const shifted = shiftsColours(parameters);
  const fillLabels = createLabelWriter(train, classes);
  const components = shifted ? colourComponents(train.images) : [];
  const fillNoise = createDropoutNoise(seed, description, batchSize);
  const passOf = (trainEpoch: number, firstBatch: number): InputPass => ({
    set: 'train',
    places: drawOrder(seed, trainEpoch, train.places),
    batchSize,
    firstBatch,
    window: square(side),
    views: { kind: 'train', seed, trainEpoch, scale: trainScale, flip: trainFlip },
    corruptImages,
  });
  let ahead: { readonly trainEpoch: number; readonly reader: BatchReader } | undefined;
  return {
    stepsPerEpoch,
    prepareEpoch(trainEpoch) {
      ahead = { trainEpoch, reader: input.openAhead(passOf(trainEpoch, 0)) };
    },
    startEpoch(trainEpoch, firstStep = 0) {
      const prepared = firstStep === 0 && ahead?.trainEpoch === trainEpoch ? ahead.reader : undefined;
      ahead = undefined;
      const reader = prepared ?? input.open(passOf(trainEpoch, firstStep));
      const shiftOf = createColourShift(components, colourShift, seed, trainEpoch);
      return {
        async fill(step) {
          const { pixels, places } = await reader.next();
          let judged = 0;
          for (let row = 0; row < batchSize; row += 1) {
            const place = places[row] as number;
            if (fillLabels(place, labels.data, row * classes)) judged += 1;
            // Components are of colours on the scale [0, 1].
            if (shifted)
              shifts.data.set(
                shiftOf(place).map((shift) => 255 * shift),
                row * channels,
              );
          }
          const images = { shape: [batchSize, side, side, channels], data: pixels };
          const batch = { images, labels, ...(shifted && { shifts }) };
          return { batch, noise: fillNoise((trainEpoch - 1) * stepsPerEpoch + step), judged };
        },
      };
    },
  };
}

/**
 * Writes the labels of an image from `offset` of `out`: 1 for its classes, 0 for the others, ½ for a class of which only
 * difficult objects are there.
 * @returns whether the image shows a class.
 */
type LabelWriter = (place: number, out: Float32Array, offset: number) => boolean;

function createLabelWriter({ images, places, labels, targets }: ImageView, classes: number): LabelWriter {
  const rowOf = new Int32Array(images.count);
  for (const [row, place] of places.entries()) rowOf[place] = row;
  if (targets === undefined) {
    return (place, out, offset) => {
      out.fill(0, offset, offset + classes);
      out[offset + (labels[rowOf[place] ?? 0] ?? 0)] = 1;
      return true;
    };
  }
  return (place, out, offset) => {
    const first = (rowOf[place] ?? 0) * classes;
    let shows = false;
    for (let label = 0; label < classes; label += 1) {
      const relevance = targets[first + label] ?? 0;
      out[offset + label] = (relevance + 1) / 2;
      shows ||= relevance === 1;
    }
    return shows;
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
    const data = new Uint8Array(shape.reduce((product, length) => product * length, 1));
    return [{ name: layer.name, rate: layer.rate, shape, data, stream: createStream(seed, 'dropout', layer.name) }];
  });
  const noise = Object.fromEntries(masks.map(({ name, shape, data }) => [name, { shape, data }]));
  return (step) => {
    for (const { stream, data, rate } of masks) fillDropoutMask(createXoshiro(stream.at(step)), data, rate);
    return noise;
  };
}
