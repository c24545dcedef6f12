import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { openForTest } from '../../support/executors.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';
import { compiledExecutors } from '../executors/agreement.ts';

/** Training steps; `TICKWORK_LONG_STEPS=5000 npx vitest run test/contract/training/memory` is the long version. */
const STEPS = Number(process.env.TICKWORK_LONG_STEPS ?? 600);
const STEPS_PER_EPOCH = 50;
const BATCH = 8;
/** Caches, pools of allocators and the garbage collector's own pace need some steps to settle. */
const WARM_UP = 0.4;
/** What the process may grow by afterwards; a leak of one batch a step would be ten times as much over the long version. */
const GROWTH_BYTES = 24 * 2 ** 20;

describe.each(await compiledExecutors())('on %s', (name) => {
  it(
    `training, testing and saving keep their memory over ${STEPS} steps`,
    async ({ annotate }) => {
      const executor = await openForTest(name);
      await using folder = await temporaryFolder();
      const samples: { readonly rss: number; readonly tensors: number }[] = [];
      const outcome = await trainTrial(
        {
          parameters: {
            ...SHORT_TRIAL,
            trainImages: BATCH * STEPS_PER_EPOCH,
            batchSize: BATCH,
            trainEpochs: STEPS / STEPS_PER_EPOCH,
            checkpointEvery: 25,
          },
          seed: 1,
        },
        {
          executor,
          datasets: paintedDataset(BATCH * STEPS_PER_EPOCH, 30),
          signal: new AbortController().signal,
          now: () => performance.now(),
          checkpoints: { root: folder.path, cell: 'grid-1.0', writer: 'test' },
          ...recorder(),
          onReport: () => samples.push({ rss: process.memoryUsage.rss(), tensors: memory().numTensors }),
        },
      );
      await executor.dispose();
      expect(outcome.status).toBe('succeeded');
      const settled = samples.slice(Math.floor(samples.length * WARM_UP));
      const lowest = Math.min(...settled.slice(0, Math.ceil(settled.length / 3)).map(({ rss }) => rss));
      const last = Math.min(...settled.slice(-Math.ceil(settled.length / 3)).map(({ rss }) => rss));
      const mebibytes = [lowest, last].map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' → ');
      await annotate(`${name}, ${STEPS} steps: RSS ${mebibytes} MiB, ${settled.at(-1)?.tensors} tensors`);
      expect(new Set(settled.map(({ tensors }) => tensors)).size).toBe(1);
      expect((last - lowest) / 2 ** 20).toBeLessThan(GROWTH_BYTES / 2 ** 20);
    },
    60_000 + STEPS * 60,
  );
});
