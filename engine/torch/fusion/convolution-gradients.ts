import type { GraphNode, StepGraph } from '../../graph/graph.ts';
import { nodeAt } from '../../graph/graph.ts';
import type { SlidingWindow } from '../../graph/operation.ts';
import { sameShape } from '../../shape.ts';
import type { Shape } from '../../step.ts';

/** The gradients of one convolution, which libtorch computes in one call. Fields are node indices, -1 where absent. */
export interface ConvolutionGradients {
  readonly window: SlidingWindow;
  readonly dy: number;
  readonly x: number;
  readonly filter: number;
  readonly xShape: Shape;
  readonly filterShape: Shape;
  readonly dx: number;
  readonly dw: number;
  readonly db: number;
}

/**
 * Every gradient of a convolution, each with the others of the same convolution where their operands are there in time.
 * @returns by the index of the first node of the group, at which the group is computed.
 */
export function groupConvolutionGradients(graph: StepGraph): ReadonlyMap<number, ConvolutionGradients> {
  const { nodes } = graph;
  const groups = new Map<number, ConvolutionGradients>();
  const taken = new Set<number>();
  const find = (from: number, matches: (node: GraphNode) => boolean): number =>
    nodes.findIndex((node, index) => index >= from && !taken.has(index) && matches(node));
  nodes.forEach((node, first) => {
    const { operation } = node;
    if (taken.has(first)) return;
    if (operation.kind !== 'Conv2DBackpropFilter' && operation.kind !== 'Conv2DBackpropInput') return;
    const { window } = operation;
    const isFilter = operation.kind === 'Conv2DBackpropFilter';
    const dy = node.inputs[isFilter ? 1 : 0] as number;
    const own = node.inputs[isFilter ? 0 : 1] as number;
    const ownShape = nodeAt(nodes, own).shape;
    const partner = find(first + 1, (other) => {
      const { operation: gradient } = other;
      if (gradient.kind !== (isFilter ? 'Conv2DBackpropInput' : 'Conv2DBackpropFilter')) return false;
      const [a = -1, b = -1] = other.inputs;
      const operand = isFilter ? b : a;
      return (
        (isFilter ? a : b) === dy &&
        operand < first &&
        gradient.groups === operation.groups &&
        JSON.stringify(gradient.window) === JSON.stringify(window) &&
        sameShape(other.shape, ownShape) &&
        sameShape(nodeAt(nodes, operand).shape, node.shape)
      );
    });
    const sum = find(first + 1, ({ operation: other, inputs }) => {
      return other.kind === 'Sum' && !other.keepDims && other.axes.join() === '0,1,2' && inputs[0] === dy;
    });
    const partnerOperand = partner < 0 ? -1 : (nodeAt(nodes, partner).inputs[isFilter ? 1 : 0] as number);
    for (const member of [partner, sum]) if (member >= 0) taken.add(member);
    groups.set(first, {
      window,
      dy,
      db: sum,
      ...(isFilter
        ? { x: own, filter: partnerOperand, dw: first, dx: partner, xShape: ownShape, filterShape: node.shape }
        : { x: partnerOperand, filter: own, dx: first, dw: partner, xShape: node.shape, filterShape: ownShape }),
    });
  });
  return groups;
}
