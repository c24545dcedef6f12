import type { SlidingWindow } from '../../graph/operation.ts';
import type { Shape } from '../../step.ts';
import { NCHW, OIHW } from '../layout.ts';
import type { OnnxAttribute } from '../model.ts';
import { integers } from '../model-builder.ts';
import { filterGradient } from './filter-gradient.ts';
import { operand, result } from './context.ts';
import type { LoweringRule, LoweringRules } from './context.ts';

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
  const inputs = [context.inLayout(operand(operands, 0), NCHW), context.inLayout(operand(operands, 1), OIHW)];
  if (operands.length > 2) inputs.push(operand(operands, 2).name);
  return result(node, context.model.operator('Conv', inputs, { attributes: windowAttributes(window) }), NCHW);
};

const backpropInput: LoweringRule<'Conv2DBackpropInput'> = ({ window }, operands, node, context) => {
  const dy = operand(operands, 0);
  const inputs = [context.inLayout(dy, NCHW), context.inLayout(operand(operands, 1), OIHW)];
  const attributes = { ...windowAttributes(window), output_padding: integers(uncovered(node.shape, dy.shape, window)) };
  return result(node, context.model.operator('ConvTranspose', inputs, { attributes }), NCHW);
};

/** Rows and columns at the end of the input that no window reached, for a stride that does not divide. */
function uncovered(x: Shape, dy: Shape, { filter, strides, dilations, padding }: SlidingWindow): number[] {
  return [0, 1].map((dimension) => {
    const covered = ((dy[dimension + 1] ?? 1) - 1) * (strides[dimension] ?? 1) + (dilations[dimension] ?? 1) * ((filter[dimension] ?? 1) - 1) + 1;
    const padded = (x[dimension + 1] ?? 1) + (padding[2 * dimension] ?? 0) + (padding[2 * dimension + 1] ?? 0);
    return padded - covered;
  });
}

const backpropFilter: LoweringRule<'Conv2DBackpropFilter'> = ({ window }, operands, node, context) => {
  const x = operand(operands, 0);
  const dy = operand(operands, 1);
  const { name, layout } = filterGradient(
    {
      x: context.inLayout(x, NCHW),
      dy: context.inLayout(dy, NCHW),
      batch: x.shape[0] ?? 1,
      channels: x.shape[3] ?? 1,
      filters: dy.shape[3] ?? 1,
      input: [x.shape[1] ?? 1, x.shape[2] ?? 1],
      output: [dy.shape[1] ?? 1, dy.shape[2] ?? 1],
      window,
    },
    context,
  );
  return result(node, name, layout);
};

export const convolutionRules: LoweringRules = {
  Conv2D: conv2D,
  Conv2DBackpropInput: backpropInput,
  Conv2DBackpropFilter: backpropFilter,
};
