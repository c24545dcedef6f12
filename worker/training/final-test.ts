import type { Judgement } from '../../core/evaluation/judge.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import type { Executor } from '../../engine/executor.ts';
import { cornerCrops } from './corner-crops.ts';
import { type Crop, testCrops } from './data/crops.ts';
import { addPosteriors, type Evaluation, judgeVotes } from './evaluation.ts';
import { denseEvaluationStep } from './networks/dense-evaluation-step.ts';

type Protocol = Pick<TrialParameters, 'testScale' | 'testCrops' | 'testFlip' | 'testDense'>;

/** The test scales Q of a trial, at least one. */
export function testScales({ testScale }: Pick<Protocol, 'testScale'>): readonly number[] {
  return typeof testScale === 'number' ? [testScale] : testScale;
}

/**
 * The judgement by the trial's own protocol: posteriors averaged over its scales, its crops or the whole image, and mirror
 * images (Simonyan & Zisserman 2015, §4.1–4.3).
 * @param evaluation over the network's crops; a dense test compiles a step for each scale instead, and disposes of it.
 * @throws TickworkError TRIAL_DIVERGED when a posterior is not a number.
 */
export async function judgeFinally(
  protocol: Protocol,
  description: NetworkDescription,
  executor: Executor,
  evaluation: Evaluation,
): Promise<Judgement> {
  const scales = testScales(protocol);
  const { testImages, dataset, batchSize } = evaluation;
  const sums = new Float64Array(testImages * description.classes);
  if (protocol.testDense) {
    for (const side of scales) {
      const step = await executor.compile(denseEvaluationStep(description, side, batchSize));
      try {
        const whole = { ...evaluation, step, description: { ...description, side } };
        await addPosteriors(whole, testCrops(side, side, 1, protocol.testFlip), sums);
      } finally {
        await step.dispose();
      }
    }
  } else {
    const crops = scales.flatMap((scale) => cropsAt(scale, description.side, protocol));
    await addPosteriors(evaluation, crops, sums);
  }
  return judgeVotes(sums, { labels: dataset.test.labels }, description.classes);
}

function cropsAt(scale: number, side: number, protocol: Protocol): readonly Crop[] {
  if (protocol.testCrops === 'corners') return cornerCrops(scale, side, protocol.testFlip);
  return testCrops(scale, side, protocol.testCrops, protocol.testFlip);
}
