import { networkEnds } from '../../core/catalogue/classes.ts';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import { createOnnxExecutor } from '../../engine/mod.ts';
import { makeTextures } from '../../worker/training/data/textures.ts';
import { selectImages } from '../../worker/training/data/trial-images.ts';
import type { BatchReader, ImageInput } from '../../worker/training/input/image-input.ts';
import { openImageInput } from '../../worker/training/input/open-input.ts';
import { initialState } from '../../worker/training/networks/initial-state.ts';
import { scalingOf } from '../../worker/training/networks/pixel-scaling.ts';
import { trainingStep } from '../../worker/training/networks/training-step.ts';
import { OPTIMISERS } from '../../worker/training/optimisers/optimisers.ts';
import { TRIAL_START } from '../../worker/training/progress.ts';
import { trainOneEpoch } from '../../worker/training/train-epoch.ts';
import { createTrainingInput } from '../../worker/training/training-input.ts';
import { demoTrials } from '../engine/demo-trials.ts';
import { median } from '../medians.ts';

export interface DemoWait {
  readonly net: string;
  readonly loaderThreads: number;
  readonly imagesPerSecond: number;
  /** Median milliseconds until a step has the grey levels of its batch. */
  readonly batchWaitMs: number;
  /** Share of a train epoch until steps have their batches and masks. */
  readonly waiting: number;
  readonly rounds: readonly { readonly imagesPerSecond: number; readonly waiting: number }[];
}

/** Train epochs of the demo's networks on textures, one executor thread, with each number of loader threads in turns. */
export async function measureDemoWaits(threads: readonly number[], rounds: number): Promise<readonly DemoWait[]> {
  const waits: DemoWait[] = [];
  const [first] = await demoTrials();
  if (first === undefined) throw new Error('Expected the demo to have a trial.');
  for (const trainScale of [32, [32, 64] as [number, number]]) {
    const images = { dataset: 'textures', trainImages: 4000, testImages: 1, trainScale } as const;
    const parameters = { ...first.parameters, ...images, trainEpochs: 100 };
    const { network, config, dropout, batchSize } = parameters;
    const selected = selectImages(parameters, 1, makeTextures());
    const description = describeNetwork(network, config, { ...networkEnds(parameters), dropout });
    const scaling = scalingOf(selected.facts.normalisation, 'standardise');
    const executor = createOnnxExecutor({ threads: 1 });
    const state = executor.createState(initialState(description, 1, OPTIMISERS[parameters.optimiser]));
    const step = await executor.compile(trainingStep(description, batchSize, parameters, scaling));
    const measured = threads.map((loaderThreads) => ({
      loaderThreads,
      waits: [] as number[],
      rounds: [] as DemoWait['rounds'][number][],
    }));
    for (let round = 0; round <= rounds; round += 1) {
      for (const { loaderThreads, waits: stepWaits, rounds: results } of measured) {
        const input = openImageInput(selected, parameters, { loaderThreads, pixelCacheBytes: 2 ** 28 });
        const given = createTrainingInput({ parameters, seed: 1 }, description, selected, timed(input, stepWaits));
        const training = { parameters, input: given, step, state, now: () => performance.now(), onProgress: () => {} };
        // The first epoch starts the threads.
        await trainOneEpoch({ ...training, pause: async () => {} }, TRIAL_START);
        stepWaits.length = round === 0 ? 0 : stepWaits.length - given.stepsPerEpoch;
        const { current } = await trainOneEpoch({ ...training, pause: async () => {} }, TRIAL_START);
        await input.close();
        const { steps, seconds, inputWaitSeconds } = current;
        const imagesPerSecond = Math.round((steps * batchSize) / seconds);
        if (round > 0) results.push({ imagesPerSecond, waiting: inputWaitSeconds / seconds });
      }
    }
    for (const { loaderThreads, waits: stepWaits, rounds: results } of measured) {
      waits.push({
        net: `${description.title}, S = ${JSON.stringify(trainScale)}`,
        loaderThreads,
        batchWaitMs: median(stepWaits),
        imagesPerSecond: median(results.map((result) => result.imagesPerSecond)),
        waiting: median(results.map((result) => result.waiting)),
        rounds: results,
      });
    }
    await executor.dispose();
  }
  return waits;
}

/** @param waits gets the milliseconds of each batch. */
function timed(input: ImageInput, waits: number[]): ImageInput {
  const timedReader = (reader: BatchReader): BatchReader => ({
    async next() {
      const asked = performance.now();
      const batch = await reader.next();
      waits.push(performance.now() - asked);
      return batch;
    },
  });
  return {
    open: (pass) => timedReader(input.open(pass)),
    openAhead: (pass) => timedReader(input.openAhead(pass)),
    close: input.close,
  };
}
