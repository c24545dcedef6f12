import type { GraphNode } from '../../graph/graph.ts';
import type { SlidingWindow } from '../../graph/operation.ts';
import type { Shape } from '../../step.ts';
import type { ConvolutionKind } from '../formulations/formulation.ts';
import type { LoweredValue, LoweringContext } from './context.ts';
import { result } from './context.ts';
import type { ConvolutionProblem } from './convolution-problem.ts';
import { convolutionProblem } from './convolution-problem.ts';

/** Channels are the last axis of maps and of filters, and the only one of a bias. */
const last = (shape: Shape): number => shape.length - 1;
const ENOUGH_CHANNELS = 8;
const FEW_GROUPS = 8;

/**
 * Whether groups are computed one by one: ONNX Runtime's grouped convolutions take a third longer than the formulations
 * of an ordinary one where the groups are few and large (AlexNet's two), and win where they are many and small.
 */
export function areSeparate(groups: number, [, , share = 1, filters = 1]: Shape): boolean {
  return groups <= FEW_GROUPS && Math.min(share, filters / groups) >= ENOUGH_CHANNELS;
}

/** The convolution of one group. @param x NHWC @param y NHWC, both of all groups */
export function groupProblem(x: Shape, y: Shape, window: SlidingWindow, groups: number): ConvolutionProblem {
  return convolutionProblem(shareOf(x, groups), shareOf(y, groups), window);
}

function shareOf(shape: Shape, groups: number): Shape {
  return shape.map((size, axis) => (axis === last(shape) ? size / groups : size));
}

/** Each group by the formulation that its problem has; the input's gradient, the maps or the filters side by side. */
export function separateGroups(
  kind: ConvolutionKind,
  problem: ConvolutionProblem,
  groups: number,
  operands: readonly LoweredValue[],
  node: GraphNode,
  context: LoweringContext,
): LoweredValue {
  const formulation = context.formulationOf(kind, problem);
  const parts = Array.from({ length: groups }, (_, group) => {
    const own = operands.map((value) => groupOf(value, group, groups, context));
    return formulation.emit(own, problem, context);
  });
  const [first] = parts as [(typeof parts)[0]];
  const attributes = { axis: BigInt(first.layout.indexOf(last(node.shape))) };
  const names = parts.map(({ name }) => name);
  return result(node, context.model.operator('Concat', names, { attributes }), first.layout);
}

function groupOf(value: LoweredValue, group: number, groups: number, context: LoweringContext): LoweredValue {
  const { model, shared } = context;
  const shape = shareOf(value.shape, groups);
  const axis = last(shape);
  const size = shape[axis] ?? 1;
  const position = value.layout.indexOf(axis);
  const name = shared(`group ${group} of ${groups} ${value.name} ${value.layout.join()}`, () => {
    const bounds = [[group * size], [(group + 1) * size], [position]].map((list) => model.integers(list));
    return model.operator('Slice', [value.name, ...bounds]);
  });
  return { ...value, name, shape };
}
