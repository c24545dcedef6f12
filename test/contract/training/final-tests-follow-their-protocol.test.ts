import { afterAll, describe, expect, it } from 'vitest';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { cornerCrops } from '../../../worker/training/corner-crops.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

const executor = createOnnxExecutor({ threads: 1 });
const datasets = paintedDataset(200, 90);
afterAll(() => executor.dispose());

async function run(changes: Partial<TrialParameters>) {
  const parameters = { ...SHORT_TRIAL, trainImages: 200, testImages: 90, trainEpochs: 3, ...changes };
  const { signal } = new AbortController();
  const outcome = await trainTrial(
    { parameters, seed: 1 },
    { executor, datasets, signal, now: () => 0, ...recorder() },
  );
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome;
}

it('ten crops are the corners and the centre, each with its mirror image', () => {
  const places = cornerCrops(32, 28, true).map(({ left, top, flip }) => [left, top, flip]);
  const at = (left: number, top: number) => [
    [left, top, false],
    [left, top, true],
  ];
  expect(places).toEqual([...at(0, 0), ...at(4, 0), ...at(0, 4), ...at(4, 4), ...at(2, 2)]);
});

describe('a final test', () => {
  it('is judged by class, and the sums agree with the errors', async () => {
    const { metrics, provenance } = await run({ testCrops: 'corners', testScale: [28, 32, 36] });
    const { confusion = [], recall = [], averagePrecision } = provenance.perClass;
    const counts = confusion.map((row) => row.reduce((a, b) => a + b, 0));
    expect(counts).toEqual(Array(10).fill(9));
    const hits = confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
    expect(metrics.testError).toBeCloseTo(100 * (1 - hits / 90), 10);
    expect(metrics.testMeanRecall).toBeCloseTo(100 - metrics.testError, 10);
    expect(recall).toHaveLength(10);
    expect(averagePrecision).toHaveLength(10);
    const { testError, testErrorTop2 = 0, testErrorTop3 = 0, testErrorTop5 = 0 } = metrics;
    const errors = [testError, testErrorTop2, testErrorTop3, testErrorTop5];
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
    expect(metrics.testMeanAveragePrecision).toBeGreaterThan(20);
  });

  it('over the whole image of the crop’s size is the test of the one crop there', async () => {
    const [dense, crop] = [await run({ testDense: true, testScale: 28 }), await run({ testScale: 28 })];
    expect(dense.provenance.perClass.confusion).toEqual(crop.provenance.perClass.confusion);
    expect(dense.metrics.testMeanAveragePrecision).toBeCloseTo(crop.metrics.testMeanAveragePrecision ?? 0, 6);
    const both = await run({ testDense: 'and-crops', testScale: 28 });
    expect(both.provenance.perClass.confusion).toEqual(crop.provenance.perClass.confusion);
  });
});
