import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OperationKind } from '../../../engine/graph/operation.ts';
import { PASSES } from '../../../engine/graph/simplify.ts';
import { validateGraph } from '../../../engine/graph/validate.ts';
import type { GraphNode, StepGraph } from '../../../engine/mod.ts';
import { simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { functionStep } from '../../contract/executors/agreement.ts';
import { ELEMENTWISE } from '../../contract/executors/operations/elementwise.ts';
import type { OperationCase } from '../../contract/executors/operations/operation-case.ts';
import { PRODUCTS } from '../../contract/executors/operations/products.ts';
import { REDUCTIONS } from '../../contract/executors/operations/reductions.ts';
import { STRUCTURE } from '../../contract/executors/operations/structure.ts';
import { WINDOWS } from '../../contract/executors/operations/windows.ts';

/** An operation and its gradient, as traced. */
function graphOf({ name, operands, compute, varied }: OperationCase): StepGraph {
  const { step } = functionStep(name, operands, (batch) => {
    const results = (given: Readonly<Record<string, Tensor>>): readonly Tensor[] => [compute(given)].flat();
    const loss = (...values: Tensor[]): Tensor => {
      const given = { ...batch, ...Object.fromEntries(varied.map((key, index) => [key, values[index] as Tensor])) };
      return tf.addN(results(given).map((result) => tf.sum(tf.cast(result, 'float32'))));
    };
    const gradients = varied.length === 0 ? [] : tf.grads(loss)(varied.map((key) => batch[key] as Tensor));
    return Object.fromEntries([...results(batch), ...gradients].map((result, index) => [`${index}`, result]));
  });
  return traceStep(step);
}

const traced = [...ELEMENTWISE, ...REDUCTIONS, ...STRUCTURE, ...PRODUCTS, ...WINDOWS].map(graphOf);

test('every pass leaves every graph well formed', () => {
  for (const graph of traced) {
    let current = graph;
    for (const pass of PASSES) {
      current = pass(current);
      expect(() => validateGraph(current), pass.name).not.toThrow();
    }
  }
});

const graphs = [...traced, ...traced.map(simplifyGraph)];

test('the graphs have every operation', () => {
  const kinds = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ operation }) => operation.kind)));
  expect(kinds.size).toBeGreaterThanOrEqual(75);
});

type Break = (node: GraphNode, index: number) => GraphNode | undefined;

/** Their size or dtype is in the node alone, so that another one is as good until somebody reads it. */
const FREE: ReadonlySet<OperationKind> = new Set([
  'Input',
  'Fill',
  'BroadcastTo',
  'Slice',
  'UnsortedSegmentSum',
  'Conv2DBackpropInput',
  'AvgPoolGrad',
]);
const FREE_DTYPE: ReadonlySet<OperationKind> = new Set(['Input', 'Fill', 'Cast', 'OneHot']);

const breaks: Readonly<Record<string, Break>> = {
  'one size larger': (node) =>
    FREE.has(node.operation.kind) || node.shape.length === 0
      ? undefined
      : { ...node, shape: node.shape.map((size, axis) => (axis === 0 ? size + 1 : size)) },
  'a rank higher': (node) =>
    FREE.has(node.operation.kind) || node.operation.kind === 'Reshape' || node.operation.kind === 'Constant'
      ? undefined
      : { ...node, shape: [...node.shape, 1] },
  'another dtype': (node) =>
    FREE_DTYPE.has(node.operation.kind) ? undefined : { ...node, dtype: node.dtype === 'int32' ? 'bool' : 'int32' },
  'one operand fewer': (node) =>
    node.inputs.length === 0 || (node.inputs.length === 3 && ['Conv2D', 'MatMul'].includes(node.operation.kind))
      ? undefined
      : { ...node, inputs: node.inputs.slice(0, -1) },
  'one operand more': (node) =>
    node.inputs.length === 0 || ['Conv2D', 'MatMul'].includes(node.operation.kind)
      ? undefined
      : { ...node, inputs: [...node.inputs, node.inputs[0] as number] },
  'an operand that comes later': (node, index) =>
    node.inputs.length === 0 ? undefined : { ...node, inputs: node.inputs.map(() => index) },
  'an axis that is not there': (node) =>
    'axis' in node.operation ? { ...node, operation: { ...node.operation, axis: 9 } } : undefined,
  'axes that are not there': (node) =>
    'axes' in node.operation
      ? { ...node, operation: { ...node.operation, axes: [...node.operation.axes, 9] } }
      : undefined,
  'a permutation of something else': (node) =>
    node.operation.kind === 'Transpose'
      ? { ...node, operation: { ...node.operation, permutation: node.operation.permutation.map(() => 0).concat(0) } }
      : undefined,
  'a slice beyond the end': (node) =>
    node.operation.kind === 'Slice' && node.shape.length > 0
      ? { ...node, operation: { ...node.operation, begin: node.operation.begin.map((at) => at + 1000) } }
      : undefined,
  'another number of groups': (node) =>
    'groups' in node.operation
      ? { ...node, operation: { ...node.operation, groups: node.operation.groups + 1 } }
      : undefined,
  'another window': (node) =>
    'groups' in node.operation
      ? { ...node, operation: { ...node.operation, window: { ...node.operation.window, filter: [11, 11] } } }
      : undefined,
  'a window that stands still': (node) =>
    'window' in node.operation
      ? { ...node, operation: { ...node.operation, window: { ...node.operation.window, strides: [0, 1] } } }
      : undefined,
};

interface Place {
  readonly graph: StepGraph;
  readonly index: number;
  readonly broken: GraphNode;
}

describe.each(Object.entries(breaks))('a node with %s', (_, breakNode) => {
  const places: readonly Place[] = graphs.flatMap((graph) =>
    graph.nodes.flatMap((node, index): readonly Place[] => {
      const broken = breakNode(node, index);
      return broken === undefined ? [] : [{ graph, index, broken }];
    }),
  );

  test('is named', async () => {
    expect(places.length).toBeGreaterThan(0);
    const chosen: fc.Arbitrary<number> = fc.nat(places.length - 1);
    await fc.assert(
      fc.asyncProperty(chosen, async (choice) => {
        const { graph, index, broken } = places[choice] as Place;
        const nodes = graph.nodes.with(index, broken);
        expect(() => validateGraph({ ...graph, nodes })).toThrow(/node %\d+: /);
      }),
      { numRuns: 300 },
    );
  });
});

test('a new state of another shape than the old one is named', () => {
  const nodes: GraphNode[] = [
    { operation: { kind: 'Input', role: 'state', name: 'w' }, inputs: [], shape: [2, 3], dtype: 'float32' },
    { operation: { kind: 'Reshape' }, inputs: [0], shape: [6], dtype: 'float32' },
  ];
  expect(() => validateGraph({ name: 'bad', nodes, outputs: { state: { w: 1 }, metrics: {} } })).toThrow(
    /a new state w of float32\[6\], which must be float32\[2,3\]/,
  );
});
