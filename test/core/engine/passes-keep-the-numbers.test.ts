import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { outputIndices } from '../../../engine/graph/graph.ts';
import { PASSES } from '../../../engine/graph/simplify.ts';
import { validateGraph } from '../../../engine/graph/validate.ts';
import type { NamedTensors, Step, StepGraph, StepInputs, TensorSpec } from '../../../engine/mod.ts';
import { printGraph, simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { interpret } from './float64.ts';

const float32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' });

function stepOf(batch: Readonly<Record<string, TensorSpec>>, run: (batch: StepInputs['batch']) => NamedTensors): Step {
  return {
    name: 'sample',
    signature: { state: {}, batch, scalars: [], noise: {} },
    run: (inputs) => ({ state: {}, metrics: run(inputs.batch) }),
  };
}

/** Everything the passes look for: biases, ReLUs before pools, means with tensors of ones, repeated exponentials. */
const network = stepOf(
  {
    x: float32(2, 6, 5, 2),
    w: float32(3, 3, 2, 3),
    b: float32(3),
    v: float32(3, 4),
    c: float32(4),
    y: float32(2, 4),
    keep: float32(2, 3),
  },
  ({ x, y, keep, ...weights }) => {
    const names = ['w', 'b', 'v', 'c'] as const;
    const loss = (...values: Tensor[]): Tensor => {
      const [w, b, v, c] = values as [Tensor4D, Tensor, Tensor, Tensor];
      const maps = tf.maxPool(tf.relu(tf.add(b, tf.conv2d(x as Tensor4D, w, 1, 'same'))) as Tensor4D, 2, 2, 'valid');
      const pooled = tf.mul(tf.mean(maps, [1, 2]), tf.cast(tf.greater(keep as Tensor, 0), 'float32'));
      return tf.losses.softmaxCrossEntropy(y as Tensor, tf.add(tf.matMul(pooled, v), c));
    };
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => weights[name] as Tensor));
    return { loss: value, ...Object.fromEntries(names.map((name, index) => [`d ${name}`, grads[index] as Tensor])) };
  },
);

function results(graph: StepGraph): number[][] {
  let seed = 1;
  const given = new Map<string, Float64Array>();
  const values = interpret(graph, (_, name) => {
    const spec = network.signature.batch[name] ?? float32();
    const count = spec.shape.reduce((product, size) => product * size, 1);
    const data = given.get(name) ?? Float64Array.from({ length: count }, () => Math.sin(seed++ * 12.9898));
    given.set(name, data);
    return { shape: spec.shape, data };
  });
  return outputIndices(graph.outputs).map((index) => Array.from(values[index]?.data ?? []));
}

const counts = (graph: StepGraph, kind: string): number =>
  graph.nodes.filter((node) => node.operation.kind === kind).length;

test('each pass, after all before it, gives a valid graph with the same results', () => {
  let graph = traceStep(network);
  const expected = results(graph);
  for (const pass of PASSES) {
    graph = pass(graph);
    validateGraph(graph);
    for (const [index, values] of results(graph).entries()) {
      for (const [position, value] of values.entries()) {
        expect(value, pass.name).toBeCloseTo(expected[index]?.[position] as number, 12);
      }
    }
  }
});

test('simplifying again changes nothing', () => {
  const once = simplifyGraph(traceStep(network));
  expect(printGraph(simplifyGraph(once))).toBe(printGraph(once));
});

test('two fifths of what tfjs wrote go, and none of its clutter stays', () => {
  const traced = traceStep(network);
  const graph = simplifyGraph(traced);
  expect(graph.nodes.length).toBeLessThan(traced.nodes.length * 0.6);
  expect(['Identity', 'Constant'].map((kind) => counts(graph, kind))).toEqual([0, 0]);
});

describe('what each pass is for', () => {
  const simplified = (
    batch: Readonly<Record<string, TensorSpec>>,
    run: (batch: StepInputs['batch']) => Tensor,
  ): string[] =>
    printGraph(simplifyGraph(traceStep(stepOf(batch, (given) => ({ y: run(given) })))))
      .split('\n')
      .filter((line) => line.includes(' = ') && !line.includes(' metric '))
      .map((line) => line.trim());

  test('identities: a cast to the same dtype, two reshapes, a slice of everything', () => {
    const lines = simplified({ x: float32(4, 6) }, ({ x }) =>
      tf.slice(tf.reshape(tf.reshape(tf.cast(x as Tensor, 'float32'), [24]), [2, 12]), [0, 0], [2, 12]),
    );
    expect(lines).toEqual(['%0 = Input batch/x : float32[4,6]', '%1 = Reshape(%0) : float32[2,12]']);
  });

  test('constants: arithmetic on numbers, rounded as float32 is', () => {
    const lines = simplified({}, () => tf.mul(tf.add(tf.scalar(0.1), tf.scalar(0.2)), tf.ones([2])));
    expect(lines).toEqual([`%0 = Fill value=${Math.fround(Math.fround(0.1) + Math.fround(0.2))} : float32[2]`]);
  });

  test('constants: times one, plus zero, over one', () => {
    const lines = simplified({ x: float32(3) }, ({ x }) =>
      tf.div(tf.add(tf.mul(tf.ones([3]), x as Tensor), tf.zeros([3])), tf.scalar(1)),
    );
    expect(lines).toEqual(['%0 = Input batch/x : float32[3]']);
  });

  test('constants: one over x, zero minus x and x times zero are computed', () => {
    const run = ({ x }: StepInputs['batch']): Tensor =>
      tf.add(tf.add(tf.div(tf.scalar(1), x as Tensor), tf.sub(tf.scalar(0), x as Tensor)), tf.mul(x as Tensor, 0));
    expect(simplified({ x: float32(3) }, run).filter((line) => /RealDiv|Sub|Multiply/.test(line))).toHaveLength(3);
  });

  test('broadcasts: ones as large as the activations become the broadcasting of the next operation', () => {
    const lines = simplified({ x: float32(4, 1), z: float32(4, 6) }, ({ x, z }) =>
      tf.mul(tf.mul(x as Tensor, tf.ones([4, 6])), z as Tensor),
    );
    expect(lines.at(-1)).toBe('%2 = Multiply(%0, %1) : float32[4,6]');
  });

  test('common subexpressions: the same exponential once', () => {
    const lines = simplified({ x: float32(4) }, ({ x }) => tf.add(tf.exp(x as Tensor), tf.exp(tf.clone(x as Tensor))));
    expect(lines.filter((line) => line.includes('Exp'))).toHaveLength(1);
  });

  test('bias: the third operand of a product with no other use', () => {
    const specs = { x: float32(4, 3), w: float32(3, 2), b: float32(2) };
    const product = ({ x, w }: StepInputs['batch']): Tensor => tf.matMul(x as Tensor, w as Tensor);
    const fused = simplified(specs, (batch) => tf.add(product(batch), batch.b as Tensor));
    expect(fused.at(-1)).toBe('%3 = MatMul(%0, %1, %2) transposeA=false transposeB=false : float32[4,2]');
    const shared = simplified(specs, (batch) => tf.mul(tf.add(product(batch), batch.b as Tensor), product(batch)));
    expect(shared.filter((line) => line.includes('Add('))).toHaveLength(1);
  });

  test('ReLU and pool: the mask is taken from outputs, on the pooled map', () => {
    const graph = simplifyGraph(traceStep(network));
    const steps = graph.nodes.filter((node) => node.operation.kind === 'Step');
    expect(steps.map(({ inputs: [source = -1], shape }) => [graph.nodes[source]?.operation.kind, shape])).toEqual([
      ['MaxPool', [2, 3, 2, 3]],
    ]);
  });
});

test('two results of one value, and an input as a result, survive', () => {
  const step = stepOf({ x: float32(2) }, ({ x }) => {
    const doubled = tf.add(x as Tensor, x as Tensor);
    return { input: tf.clone(x as Tensor), a: doubled, b: tf.reshape(doubled, [2]) };
  });
  const graph = simplifyGraph(traceStep(step));
  expect(graph.outputs.metrics).toEqual({ input: 0, a: 1, b: 1 });
});
