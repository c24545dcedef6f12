import type { Judgement } from '../../core/evaluation/judge.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import type { Executor } from '../../engine/executor.ts';
import { cornerCrops } from './corner-crops.ts';
import { type Crop, testCrops } from './data/crops.ts';
import { addDenseVotes } from './dense-test.ts';
import { addVotes, cropsShown, type Evaluation } from './evaluation.ts';
import { createVotes, divideVotes, joinVotes, judgeVotes } from './votes.ts';

type Protocol = Pick<TrialParameters, 'loss' | 'testScale' | 'testCrops' | 'testFlip' | 'testDense'>;

/** The test scales Q of a trial, at least one. */
export function testScales({ testScale }: Pick<Protocol, 'testScale'>): readonly number[] {
  return typeof testScale === 'number' ? [testScale] : testScale;
}

/**
 * The judgement by the trial's own protocol: votes averaged over its scales, its crops or the whole image (or both, with
 * equal weight), and mirror images (Simonyan & Zisserman 2015, §4.1–4.3).
 * @param evaluation over the network's crops; a dense test compiles a step for each shape of the images instead, and disposes of it.
 * @throws TickworkError as `judgeVotes` does.
 */
export async function judgeFinally(
  protocol: Protocol,
  description: NetworkDescription,
  executor: Executor,
  evaluation: Evaluation,
): Promise<Judgement> {
  const votes = createVotes(evaluation.view.labels.length, description.classes);
  if (protocol.testDense !== true) {
    const crops = testScales(protocol).flatMap((scale) => cropsAt(scale, description.side, protocol));
    await addVotes(evaluation, cropsShown(description, crops), votes);
    divideVotes(votes, crops.length);
  }
  if (protocol.testDense !== false) {
    const dense = createVotes(evaluation.view.labels.length, description.classes);
    const views = await addDenseVotes(protocol, testScales(protocol), description, executor, evaluation, dense);
    divideVotes(dense, views);
    joinVotes(votes, dense);
  }
  return judgeVotes(votes, evaluation.view);
}

function cropsAt(scale: number, side: number, protocol: Protocol): readonly Crop[] {
  if (protocol.testCrops === 'corners') return cornerCrops(scale, side, protocol.testFlip);
  return testCrops(scale, side, protocol.testCrops, protocol.testFlip);
}
