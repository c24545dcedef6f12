import { countMultiplyAccumulates, countParameters } from '../../../core/networks/counts.ts';
import { withoutFrozenDropout } from '../../../core/networks/frozen.ts';
import { estimateMemory, printGraph, simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { lowerGraph } from '../../../engine/onnx/lower.ts';
import { evaluationStep, votesOf } from '../networks/evaluation-step.ts';
import { trainingStep } from '../networks/training-step.ts';
import { describeTrial, scalingOfTrial } from './cell-step.ts';
import { printModel } from './print-model.ts';
import type { Question, ShownStep } from './questions.ts';

/** Traces and simplifies a step of the trial, and prints one of its forms. @param now milliseconds. */
export function showStep(
  { spec, step: which, form }: Extract<Question, { readonly kind: 'show' }>,
  now: () => number,
): ShownStep {
  const description = describeTrial(spec);
  const scaling = scalingOfTrial(spec);
  const { parameters } = spec;
  const { batchSize: batch } = parameters;
  const step =
    which === 'training'
      ? trainingStep(withoutFrozenDropout(description, parameters.freeze), batch, parameters, scaling)
      : evaluationStep(description, batch, votesOf(parameters.loss), scaling);
  const start = now();
  const traced = traceStep(step);
  const simplified = simplifyGraph(traced);
  const traceMs = now() - start;
  const text = form === 'onnx' ? printModel(lowerGraph(simplified)) : printGraph(form === 'raw' ? traced : simplified);
  return {
    text,
    title: description.title,
    nodes: { traced: traced.nodes.length, simplified: simplified.nodes.length },
    parameters: countParameters(description),
    macsPerImage: countMultiplyAccumulates(description),
    batch,
    traceMs,
    memory: estimateMemory(simplified),
  };
}
