import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { dependenciesOf } from '../../../core/dependencies/dependencies.ts';
import { createGrid } from '../../../core/grid/grid.ts';
import { trialParameters } from '../../../core/study/check-levels.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { Executor } from '../../../engine/mod.ts';
import type { TrialOutcome } from '../../../worker/training/outcome.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

const datasets = paintedDataset(100, 30);

async function run(
  executor: Executor,
  root: string,
  parameters: TrialParameters,
  cell: string,
  checkFirstBatch = false,
) {
  const told = recorder();
  const deps = { executor, datasets, signal: new AbortController().signal, now: () => 0, ...told };
  const checkpoints = { root, cell, writer: 'test' };
  const outcome = await trainTrial({ parameters, seed: 1 }, { ...deps, checkpoints, checkFirstBatch });
  return { ...told, ...succeeded(outcome) };
}

function succeeded(outcome: TrialOutcome) {
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome;
}

it.each(await availableExecutors())(
  '%s: a trial of no epoch gives the test of the weights it starts from',
  async (name) => {
    await using folder = await temporaryFolder();
    const executor = await openForTest(name);
    try {
      const trained = await run(
        executor,
        folder.path,
        { ...SHORT_TRIAL, trainEpochs: 1, saveWeightsAs: 'net' },
        'once-1.0',
      );
      const again = { ...SHORT_TRIAL, trainEpochs: 0, initialWeights: 'net', checkpointEvery: 1 };
      const tested = await run(executor, folder.path, again, 'once-1.1', true);
      expect(tested.metrics.testError).toBe(trained.metrics.testError);
      expect(tested.metrics.testMeanRecall).toBe(trained.metrics.testMeanRecall);
      expect(tested.provenance).toMatchObject({
        perClass: trained.provenance.perClass,
        initialWeights: { digest: trained.provenance.keptWeights?.digest },
      });
      // What was not measured is not there, and what was not done took no time.
      for (const metric of ['trainError', 'trainLoss', 'imagesPerSecond'])
        expect(tested.metrics).not.toHaveProperty(metric);
      expect(tested.metrics.trainSeconds).toBe(0);
      expect(tested.reports).toEqual([]);
      expect(tested.warnings).toEqual([]);
      expect(tested.progress.map(({ phase, trainEpoch }) => `${phase} ${trainEpoch}`)).toEqual([
        'loading 0',
        'testing 0',
      ]);
      const saved = await readdir(`${folder.path}/trials/once-1.1`);
      expect(saved.filter((file) => file.endsWith('.checkpoint'))).toEqual([]);
    } finally {
      await executor.dispose();
    }
  },
);

it('examples/studies/evaluate-many.yaml: every way of testing has its number, all of the same weights', async () => {
  const yaml = readFileSync(new URL('../../../examples/studies/evaluate-many.yaml', import.meta.url), 'utf8');
  const study = loadStudy(yaml);
  const grid = createGrid(study);
  const rows = Array.from({ length: grid.size }, (_, row) => row);
  const { isSource, upstreamsOf } = dependenciesOf({ study, grid });
  const [source, ...others] = rows.filter(isSource);
  expect(others).toEqual([]);
  await using folder = await temporaryFolder();
  const executor = await openForTest('onnx');
  try {
    const small = (row: number): TrialParameters => {
      const parameters = trialParameters(grid, row);
      const trainEpochs = Math.min(1, parameters.trainEpochs);
      return { ...parameters, trainImages: 40, testImages: 30, batchSize: 16, trainEpochs };
    };
    const trained = await run(executor, folder.path, small(source as number), 'many-1.0');
    const digests = new Set<string | undefined>();
    for (const row of rows.filter((other) => other !== source)) {
      expect(upstreamsOf(row)).toEqual([source]);
      const { metrics, provenance } = await run(executor, folder.path, small(row), `many-1.${row}`);
      expect(metrics.testError).toBeGreaterThanOrEqual(0);
      expect(metrics.testError).toBeLessThanOrEqual(100);
      digests.add(provenance.initialWeights?.digest);
    }
    expect([...digests]).toEqual([trained.provenance.keptWeights?.digest]);
  } finally {
    await executor.dispose();
  }
});
