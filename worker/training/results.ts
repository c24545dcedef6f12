import { version_core } from '@tensorflow/tfjs-core';
import type { Judgement } from '../../core/evaluation/judge.ts';
import { STREAMS_VERSION } from '../../core/random/stream.ts';
import type { Executor } from '../../engine/executor.ts';
import type { TrialMetrics, TrialProvenance } from './outcome.ts';

/** Metrics of the final test; those that have no value are left out. */
export function testMetrics({ topErrors, meanRecall, meanAveragePrecision }: Judgement): TestMetrics {
  const metrics = {
    testErrorTop2: topErrors[2],
    testErrorTop3: topErrors[3],
    testErrorTop5: topErrors[5],
    testMeanRecall: meanRecall,
    testMeanAveragePrecision: meanAveragePrecision,
  };
  const known = Object.entries(metrics).filter(([, value]) => value !== undefined);
  return { testError: topErrors[1] ?? 0, ...Object.fromEntries(known) };
}

type TestMetrics = Pick<TrialMetrics, Extract<keyof TrialMetrics, `testError${string}` | `testMean${string}`>>;

/** What every result is made with. */
export function provenanceOf(
  executor: Executor,
  dataset: string,
  normalisation: TrialProvenance['normalisation'],
): Omit<TrialProvenance, 'perClass'> {
  return {
    engine: executor.describe(),
    node: process.version,
    tensorflowJs: version_core,
    streams: STREAMS_VERSION,
    dataset,
    normalisation,
  };
}
