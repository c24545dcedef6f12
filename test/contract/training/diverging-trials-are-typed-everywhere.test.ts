import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { Executor } from '../../../engine/mod.ts';
import type { TrialOutcome } from '../../../worker/training/outcome.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { openForTest } from '../../support/executors.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';
import { compiledExecutors } from '../executors/agreement.ts';

const datasets = paintedDataset(100, 30);
const { signal } = new AbortController();

describe.each(await compiledExecutors())('on %s', (name) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await openForTest(name);
  });
  afterAll(() => executor.dispose());
  const run = (changes: Partial<TrialParameters>): Promise<TrialOutcome> =>
    trainTrial(
      { parameters: { ...SHORT_TRIAL, ...changes }, seed: 1 },
      { executor, datasets, signal, now: () => 0, ...recorder() },
    );

  it('a loss that is no number has diverged', async () => {
    expect(await run({ learningRate: 1e30 })).toMatchObject({
      status: 'failed',
      kind: 'diverged',
      message: expect.stringMatching(/^Expected a finite loss at step 2 of 4, got (NaN|Infinity)/),
    });
  });

  it('a finite loss that has exploded has diverged, by the factor that the study states', async () => {
    const wild = { learningRate: 5, trainEpochs: 3 };
    expect(await run({ ...wild, divergenceFactor: 2 })).toMatchObject({
      status: 'failed',
      kind: 'diverged',
      message: expect.stringMatching(
        /^Expected a loss of at most [\d.]+ at step \d of 6 \(divergenceFactor 2; the first was/,
      ),
    });
    const patient = await run({ ...wild, learningRate: 0.1, divergenceFactor: 1e30 });
    expect(patient.status).toBe('succeeded');
  });
});
