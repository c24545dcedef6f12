import type { SlidingWindow } from '../../graph/operation.ts';
import { NCHW, OIHW } from '../layout.ts';
import type { OnnxAttribute } from '../model.ts';
import { integers } from '../model-builder.ts';
import type { LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';
import type { ConvolutionProblem } from './convolution-problem.ts';
import { convolutionProblem, isDense, turnedPadding } from './convolution-problem.ts';
import { filterGradient } from './filter-gradient.ts';
import { foldedConvolution, foldedFilterGradient, foldedInputGradient, isFolded } from './folded-convolution.ts';

/** ONNX's attributes of a window; `pads` lists all beginnings, then all ends. */
export function windowAttributes(window: SlidingWindow): Record<string, OnnxAttribute> {
  const [top, bottom, left, right] = window.padding;
  return {
    kernel_shape: integers(window.filter),
    strides: integers(window.strides),
    dilations: integers(window.dilations),
    pads: integers([top, left, bottom, right]),
  };
}

const conv2D: LoweringRule<'Conv2D'> = ({ window }, operands, node, context) => {
  const x = operand(operands, 0);
  const filter = operand(operands, 1);
  const bias = operands.slice(2).map(({ name }) => name);
  const problem = convolutionProblem(x.shape, node.shape, window);
  if (isFolded(problem)) {
    return result(node, foldedConvolution([context.plain(x), context.plain(filter), ...bias], problem, context));
  }
  const inputs = [context.inLayout(x, NCHW), context.inLayout(filter, OIHW), ...bias];
  return result(node, context.model.operator('Conv', inputs, { attributes: windowAttributes(window) }), NCHW);
};

const backpropInput: LoweringRule<'Conv2DBackpropInput'> = ({ window }, operands, node, context) => {
  const dy = operand(operands, 0);
  const filter = operand(operands, 1);
  const problem = convolutionProblem(node.shape, dy.shape, window);
  if (isFolded(problem)) {
    return result(node, foldedInputGradient(context.plain(dy), context.plain(filter), problem, context));
  }
  const turnable = isDense(window) && turnedPadding(window).every((rows) => rows >= 0);
  if (turnable && problem.channels >= problem.filters) {
    return result(node, turnedConvolution(context.inLayout(dy, NCHW), context.plain(filter), problem, context), NCHW);
  }
  const inputs = [context.inLayout(dy, NCHW), context.inLayout(filter, OIHW)];
  const attributes = { ...windowAttributes(window), output_padding: integers(uncovered(problem)) };
  return result(node, context.model.operator('ConvTranspose', inputs, { attributes }), NCHW);
};

/**
 * The input's gradient as the convolution of dy with the filter turned by 180 degrees: a tenth faster than
 * ConvTranspose where there are as many channels as filters, slower where there are fewer.
 */
function turnedConvolution(
  dy: string,
  filter: string,
  problem: ConvolutionProblem,
  { model }: LoweringContext,
): string {
  const { channels, filters, window } = problem;
  const taps = window.filter[0] * window.filter[1];
  const backwards = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const matrices = model.operator('Reshape', [filter, model.integers([taps, channels, filters])]);
  const turned = model.operator('Gather', [matrices, model.integers(backwards)], { attributes: { axis: 0n } });
  const channelsFirst = model.operator('Transpose', [turned], { attributes: { perm: integers([1, 2, 0]) } });
  const weights = model.operator('Reshape', [channelsFirst, model.integers([channels, filters, ...window.filter])]);
  const attributes = windowAttributes({ ...window, padding: turnedPadding(window) });
  return model.operator('Conv', [dy, weights], { attributes });
}

/** Rows and columns at the end of the input that no window reached, for a stride that does not divide. */
function uncovered({ input, output, window }: ConvolutionProblem): number[] {
  const { filter, strides, dilations, padding } = window;
  const along = (dimension: 0 | 1): number => {
    const reach = (filter[dimension] - 1) * dilations[dimension] + 1;
    const before = padding[dimension === 0 ? 0 : 2];
    const after = padding[dimension === 0 ? 1 : 3];
    return input[dimension] + before + after - reach - (output[dimension] - 1) * strides[dimension];
  };
  return [along(0), along(1)];
}

const backpropFilter: LoweringRule<'Conv2DBackpropFilter'> = ({ window }, operands, node, context) => {
  const x = operand(operands, 0);
  const dy = operand(operands, 1);
  const problem = convolutionProblem(x.shape, dy.shape, window);
  if (isFolded(problem)) {
    return result(node, foldedFilterGradient(context.plain(x), context.plain(dy), problem, context));
  }
  const images = { x: context.inLayout(x, NCHW), dy: context.inLayout(dy, NCHW) };
  const { name, layout } = filterGradient({ ...problem, ...images }, context);
  return result(node, name, layout);
};

export const convolutionRules: LoweringRules = {
  Conv2D: conv2D,
  Conv2DBackpropInput: backpropInput,
  Conv2DBackpropFilter: backpropFilter,
};
