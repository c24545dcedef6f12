import { networkEnds } from '../../core/catalogue/classes.ts';
import { type DatasetName, FIXED_DATASETS } from '../../core/catalogue/datasets.ts';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import { integer } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import type { Executor } from '../../engine/mod.ts';
import type { Milliseconds } from '../../engine/probe/time-step.ts';
import type { Dataset, StoredImageSet } from '../../worker/training/data/dataset.ts';
import { selectImages } from '../../worker/training/data/trial-images.ts';
import { openImageInput } from '../../worker/training/input/open-input.ts';
import { initialState } from '../../worker/training/networks/initial-state.ts';
import { scalingOf } from '../../worker/training/networks/pixel-scaling.ts';
import { trainingStep } from '../../worker/training/networks/training-step.ts';
import { OPTIMISERS, scalarsAt } from '../../worker/training/optimisers/optimisers.ts';
import { createTrainingInput } from '../../worker/training/training-input.ts';
import { median } from '../medians.ts';
import { demoTrials } from './demo-trials.ts';

export interface InputOverhead {
  readonly net: string;
  /** Median milliseconds until a batch and its masks are there, and of the step itself. */
  readonly msPerStep: { readonly input: number; readonly compute: number };
  /** The first as a share of the second. */
  readonly overhead: number;
}

const IMAGES = 64 * 20;
const EPOCHS = 5;
const CACHE_BYTES = 2 ** 28;

/** The demo's own train epochs, on made-up images, cut by the trainer's own thread: what each step waits for its batch. */
export async function measureInputOverhead(executor: Executor, now: Milliseconds): Promise<readonly InputOverhead[]> {
  const overheads: InputOverhead[] = [];
  for (const spec of await demoTrials()) {
    const parameters = { ...spec.parameters, trainImages: IMAGES };
    const { network, config, dropout, batchSize } = parameters;
    const dataset = madeUpDataset(parameters.dataset);
    const images = selectImages({ ...parameters, testImages: 1 }, spec.seed, dataset);
    const direct = openImageInput(images, parameters, { loaderThreads: 0, pixelCacheBytes: CACHE_BYTES });
    const description = describeNetwork(network, config, { ...networkEnds(parameters), dropout });
    const scaling = scalingOf(images.facts.normalisation, 'standardise');
    const state = executor.createState(initialState(description, spec.seed, OPTIMISERS[parameters.optimiser]));
    const step = await executor.compile(trainingStep(description, batchSize, parameters, scaling));
    const input = createTrainingInput({ ...spec, parameters }, description, images, direct);
    const waits: number[] = [];
    const computes: number[] = [];
    for (let trainEpoch = 1; trainEpoch <= 1 + EPOCHS; trainEpoch++) {
      const epoch = input.startEpoch(trainEpoch);
      for (let index = 0; index < input.stepsPerEpoch; index++) {
        const asked = now();
        const filled = await epoch.fill(index);
        const given = now();
        const { batch, noise } = filled;
        await step.run(state, { batch, noise, scalars: scalarsAt(parameters, index, input.stepsPerEpoch) });
        // The first epoch fills what later ones find in place.
        if (trainEpoch === 1) continue;
        waits.push(given - asked);
        computes.push(now() - given);
      }
    }
    await step.dispose();
    state.dispose();
    const msPerStep = { input: median(waits), compute: median(computes) };
    overheads.push({
      net: `${description.title}, S = ${JSON.stringify(parameters.trainScale)}`,
      msPerStep,
      overhead: msPerStep.input / msPerStep.compute,
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
