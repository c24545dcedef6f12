import type { GraphNode } from '../../graph/graph.ts';
import type { SlidingWindow } from '../../graph/operation.ts';
import { IOHW, NCHW, OIHW } from '../layout.ts';
import { integers } from '../model-builder.ts';
import type { LoweredValue, LoweringContext } from './context.ts';
import { operand, result } from './context.ts';
import { convolutionProblem } from './convolution-problem.ts';
import { uncovered, windowAttributes } from './direct-convolution.ts';

/** ONNX's own grouped convolution. Operands: x, filter and perhaps a bias. */
export function groupedConvolution(
  window: SlidingWindow,
  groups: number,
  operands: readonly LoweredValue[],
  node: GraphNode,
  context: LoweringContext,
): LoweredValue {
  const [x, filter] = [operand(operands, 0), operand(operands, 1)];
  const inputs = [
    context.inLayout(x, NCHW),
    context.inLayout(filter, OIHW),
    ...operands.slice(2).map(({ name }) => name),
  ];
  const attributes = { ...windowAttributes(window), group: BigInt(groups) };
  return result(node, context.model.operator('Conv', inputs, { attributes }), NCHW);
}

/** ONNX's grouped transposed convolution. Operands: dy, filter. */
export function groupedInputGradient(
  window: SlidingWindow,
  groups: number,
  operands: readonly LoweredValue[],
  node: GraphNode,
  context: LoweringContext,
): LoweredValue {
  const [dy, filter] = [operand(operands, 0), operand(operands, 1)];
  const rest = uncovered(convolutionProblem(node.shape, dy.shape, window));
  const attributes = { ...windowAttributes(window), group: BigInt(groups), output_padding: integers(rest) };
  const inputs = [context.inLayout(dy, NCHW), context.inLayout(filter, OIHW)];
  return result(node, context.model.operator('ConvTranspose', inputs, { attributes }), NCHW);
}

/**
 * One convolution for all groups, in which the images are channels and dy is the filter: x of [N, G * C, H, W] becomes
 * [C, G * N, H, W], so that a group's N images meet the filters of that group's maps. Operands: x, dy.
 */
export function groupedFilterGradient(
  window: SlidingWindow,
  groups: number,
  operands: readonly LoweredValue[],
  node: GraphNode,
  context: LoweringContext,
): LoweredValue {
  const { model } = context;
  const [x, dy] = [operand(operands, 0), operand(operands, 1)];
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const [, , share = 1, filters = 1] = node.shape;
  const apart = model.operator('Reshape', [
    context.inLayout(x, NCHW),
    model.integers([batch, groups, share, height * width]),
  ]);
  const moved = model.operator('Transpose', [apart], { attributes: { perm: integers([2, 1, 0, 3]) } });
  const maps = model.operator('Reshape', [moved, model.integers([share, (channels / share) * batch, height, width])]);
  const kernels = model.operator('Transpose', [context.inLayout(dy, NCHW)], {
    attributes: { perm: integers([1, 0, 2, 3]) },
  });
  const [top, bottom, left, right] = window.padding;
  const attributes = {
    group: BigInt(groups),
    pads: integers([top, left, bottom, right]),
    strides: integers(window.dilations),
    dilations: integers(window.strides),
  };
  const full = model.operator('Conv', [maps, kernels], { attributes });
  // A stride that does not divide leaves rows that belong to no tap.
  const parts = [[0, 0], window.filter, [2, 3]].map((list) => model.integers(list));
  const taps = model.operator('Slice', [full, ...parts]);
  const name = model.operator('Reshape', [taps, model.integers([share, filters, ...window.filter])]);
  return result(node, name, IOHW);
}
