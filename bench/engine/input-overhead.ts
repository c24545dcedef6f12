import { networkEnds } from '../../core/catalogue/classes.ts';
import { type DatasetName, FIXED_DATASETS } from '../../core/catalogue/datasets.ts';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import { integer } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import type { Executor } from '../../engine/mod.ts';
import type { Milliseconds } from '../../engine/probe/time-step.ts';
import type { Dataset, StoredImageSet } from '../../worker/training/data/dataset.ts';
import { selectImages } from '../../worker/training/data/trial-images.ts';
import { createDirectInput } from '../../worker/training/input/direct-input.ts';
import { initialState } from '../../worker/training/networks/initial-state.ts';
import { trainingStep } from '../../worker/training/networks/training-step.ts';
import { OPTIMISERS } from '../../worker/training/optimisers/optimisers.ts';
import { TRIAL_START } from '../../worker/training/progress.ts';
import { trainOneEpoch } from '../../worker/training/train-epoch.ts';
import { createTrainingInput, type TrainingInput } from '../../worker/training/training-input.ts';
import { median } from '../medians.ts';
import { demoTrials } from './demo-trials.ts';

export interface InputOverhead {
  readonly net: string;
  /** Milliseconds of a step with batches made from images, and with one batch over and over. */
  readonly msPerStep: { readonly real: number; readonly constant: number };
  /** What the first takes longer, as a share of the second. */
  readonly overhead: number;
}

const IMAGES = 64 * 20;
const ROUNDS = 5;

/**
 * The demo's own train epoch, on made-up images: with its input pipeline, and with the same batch at every step. Both in
 * turns, so that a busy minute hurts both.
 */
export async function measureInputOverhead(executor: Executor, now: Milliseconds): Promise<readonly InputOverhead[]> {
  const overheads: InputOverhead[] = [];
  for (const spec of await demoTrials()) {
    const parameters = { ...spec.parameters, trainImages: IMAGES };
    const { network, config, dropout, batchSize } = parameters;
    const dataset = madeUpDataset(parameters.dataset);
    const images = selectImages({ ...parameters, testImages: 1 }, spec.seed, dataset);
    const direct = createDirectInput({ train: { images: dataset.train }, test: { images: dataset.train } });
    const description = describeNetwork(network, config, { ...networkEnds(parameters), dropout });
    const state = executor.createState(initialState(description, spec.seed, OPTIMISERS[parameters.optimiser]));
    const step = await executor.compile(trainingStep(description, batchSize, parameters));
    const input = createTrainingInput({ ...spec, parameters }, description, images, direct);
    const first = await input.startEpoch(1).fill(0);
    const constant: TrainingInput = { ...input, startEpoch: () => ({ fill: async () => first }) };
    const pause = async (): Promise<void> => {};
    const epoch = async (given: TrainingInput): Promise<number> => {
      const training = { parameters, input: given, step, state, now, onProgress: () => {}, pause };
      const { current } = await trainOneEpoch(training, TRIAL_START);
      return (1000 * current.seconds) / input.stepsPerEpoch;
    };
    await epoch(input);
    const times = { real: [] as number[], constant: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      times.constant.push(await epoch(constant));
      times.real.push(await epoch(input));
    }
    await step.dispose();
    state.dispose();
    const msPerStep = { real: median(times.real), constant: median(times.constant) };
    const { trainScale } = parameters;
    overheads.push({
      net: `${description.title}, S = ${JSON.stringify(trainScale)}`,
      msPerStep,
      overhead: msPerStep.real / msPerStep.constant - 1,
    });
  }
  return overheads;
}

function madeUpDataset(name: DatasetName): Dataset {
  if (name === 'voc07' || name === 'image-folder') throw new Error('Expected a demo of small images.');
  const facts = FIXED_DATASETS[name];
  const draws = createStream(1, 'benchmark', 'pixels');
  const { side, channels, classes } = facts;
  const set: StoredImageSet = {
    kind: 'stored',
    count: IMAGES,
    side,
    channels,
    pixels: Uint8Array.from({ length: IMAGES * side * side * channels }, () => integer(draws, 256)),
    labels: Uint16Array.from({ length: IMAGES }, (_, index) => index % classes),
  };
  return { facts, classNames: classes, train: set, test: set };
}
