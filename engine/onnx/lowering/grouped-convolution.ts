import type { GraphNode } from '../../graph/graph.ts';
import type { SlidingWindow } from '../../graph/operation.ts';
import { IOHW, NCHW, OIHW } from '../layout.ts';
import { integers } from '../model-builder.ts';
import type { LoweredValue, LoweringContext } from './context.ts';
import { operand, result } from './context.ts';
import { convolutionProblem, isTurnable, turnedPadding } from './convolution-problem.ts';
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

/**
 * ONNX's grouped transposed convolution, or the convolution of dy with the filters turned by 180 degrees, which takes half
 * as long, where the window moves by single pixels. Operands: dy, filter.
 */
export function groupedInputGradient(
  window: SlidingWindow,
  groups: number,
  operands: readonly LoweredValue[],
  node: GraphNode,
  context: LoweringContext,
): LoweredValue {
  const [dy, filter] = [operand(operands, 0), operand(operands, 1)];
  if (isTurnable({ window })) {
    const weights = turnedFilters(filter, groups, context);
    const attributes = {
      ...windowAttributes({ ...window, padding: turnedPadding(window) }),
      group: BigInt(groups),
    };
    return result(node, context.model.operator('Conv', [context.inLayout(dy, NCHW), weights], { attributes }), NCHW);
  }
  const rest = uncovered(convolutionProblem(node.shape, dy.shape, window));
  const attributes = { ...windowAttributes(window), group: BigInt(groups), output_padding: integers(rest) };
  const inputs = [context.inLayout(dy, NCHW), context.inLayout(filter, OIHW)];
  return result(node, context.model.operator('ConvTranspose', inputs, { attributes }), NCHW);
}

/** HWIO to [channels, filters of a group, H, W], the last tap first. */
function turnedFilters(filter: LoweredValue, groups: number, context: LoweringContext): string {
  const { model } = context;
  const [height = 1, width = 1, share = 1, filters = 1] = filter.shape;
  const taps = height * width;
  const backwards = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const split = model.operator('Reshape', [
    context.plain(filter),
    model.integers([taps, share, groups, filters / groups]),
  ]);
  const turned = model.operator('Gather', [split, model.integers(backwards)], { attributes: { axis: 0n } });
  const moved = model.operator('Transpose', [turned], { attributes: { perm: integers([2, 1, 3, 0]) } });
  return model.operator('Reshape', [moved, model.integers([groups * share, filters / groups, height, width])]);
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
