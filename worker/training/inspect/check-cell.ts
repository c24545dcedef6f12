import { listWeights } from '../../../core/networks/weights.ts';
import { uniform } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { checkGradients, checkStep, type Executor, openExecutor } from '../../../engine/mod.ts';
import { cellStep } from './cell-step.ts';
import { conditionedState } from './conditioned-state.ts';
import type { CheckedStep, Question } from './questions.ts';

/** Places of each weight where the loss is shifted; each costs six runs. */
const COORDINATES = 5;

/**
 * Compares the trial's own training step with TensorFlow.js's cpu kernels, and the gradients of its loss with central
 * differences.
 * @param say what is being done, for whoever has to tell of a crash.
 * @throws EngineError when the executor does not open or fails; a difference is a result.
 */
export async function checkCell(
  question: Extract<Question, { readonly kind: 'check' }>,
  say: (stage: string) => void,
): Promise<CheckedStep> {
  say('opening the executor');
  const executor = await openExecutor(question.executor, question.options);
  try {
    say('running the step');
    return await check(executor, question);
  } finally {
    await executor.dispose();
  }
}

async function check(
  executor: Executor,
  { spec, batch }: Extract<Question, { readonly kind: 'check' }>,
): Promise<CheckedStep> {
  const cell = cellStep(spec, batch);
  const oracle = await checkStep(executor, cell.step, { ...cell, state: conditionedState(cell.state) });
  // Plain descent at rate 1 without memory or decay: what a weight loses is its gradient.
  const plain = cellStep(spec, batch, {
    optimiser: 'sgd',
    biasRate: 1,
    biasDecay: 0,
    layerRates: [],
    layerDecays: [],
    freeze: 0,
    filterRadius: 0,
  });
  const stream = createStream(spec.seed, 'gradient check');
  const gradients = await checkGradients(
    executor,
    plain.step,
    { state: plain.state, inputs: { ...plain.inputs, scalars: { learningRate: 1, momentum: 0, weightDecay: 0 } } },
    {
      loss: 'loss',
      weights: listWeights(plain.description).map(({ name }) => name),
      gradientOf: (before, after) =>
        Float32Array.from(before.data, (value, i) => value - (after.data[i] ?? Number.NaN)),
      coordinates: COORDINATES,
      random: () => uniform(stream),
    },
  );
  return {
    title: cell.description.title,
    executor: executor.describe(),
    batch,
    oracle,
    gradients,
    passed: oracle.passed && gradients.every(({ passed }) => passed),
  };
}
