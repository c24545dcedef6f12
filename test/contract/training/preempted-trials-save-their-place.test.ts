import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import type { TrialOutcome } from '../../../worker/training/outcome.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

const executor = createOnnxExecutor({ threads: 1 });
const datasets = paintedDataset(100, 30);
afterAll(() => executor.dispose());

/** 12 steps an epoch, of which a message comes after the tenth. */
const PARAMETERS = { ...SHORT_TRIAL, trainImages: 96, batchSize: 8, trainEpochs: 3 };

async function run(root: string, stopAt?: { readonly step: number; readonly isPreempted: boolean }) {
  const stop = new AbortController();
  const log = recorder();
  const outcome = await trainTrial(
    { parameters: PARAMETERS, seed: 1 },
    {
      executor,
      datasets,
      signal: stop.signal,
      now: () => 0,
      ...log,
      checkpoints: { root, cell: 'grid-1.3', writer: 'test' },
      isPreempted: () => stopAt?.isPreempted ?? false,
      onProgress: ({ step }) => {
        if (step === stopAt?.step) setImmediate(() => stop.abort('the worker is ending'));
      },
    },
  );
  return { outcome, reports: log.reports };
}

const stepsOf = async (root: string): Promise<readonly number[]> =>
  (await readdir(join(root, 'trials', 'grid-1.3')).catch(() => [])).map((name) => Number(name.slice(0, 12)));

function metricsOf(outcome: TrialOutcome) {
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.metrics;
}

describe('a trial that has to make room', () => {
  it('saves where it is, far from its next checkpoint, and goes on from there to the same bits', async () => {
    await using folder = await temporaryFolder();
    const whole = await run(join(folder.path, 'whole'));
    const root = join(folder.path, 'preempted');
    const { outcome } = await run(root, { step: 22, isPreempted: true });
    expect(outcome).toEqual({ status: 'failed', kind: 'cancelled', message: 'the worker is ending' });
    expect(await stepsOf(root)).toEqual([22]);
    const resumed = await run(root);
    expect(resumed.outcome).toMatchObject({ provenance: { resumedFrom: { step: 22 } } });
    expect(metricsOf(resumed.outcome)).toEqual(metricsOf(whole.outcome));
    expect(resumed.reports).toEqual(whole.reports);
  });

  it('leaves nothing behind when it was cancelled for good', async () => {
    await using folder = await temporaryFolder();
    await run(folder.path, { step: 22, isPreempted: false });
    expect(await stepsOf(folder.path)).toEqual([]);
  });
});
