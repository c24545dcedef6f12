import { readFileSync } from 'node:fs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createGraphBuilder } from '../../../engine/graph/builder.ts';
import { validateGraph } from '../../../engine/graph/validate.ts';
import type { GraphNode, Step } from '../../../engine/mod.ts';
import { printGraph, simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { TRACE_KERNELS } from '../../../engine/trace/kernels.ts';

const step: Step = {
  name: 'example',
  signature: {
    state: { w: { shape: [3, 3, 1, 2], dtype: 'float32' } },
    batch: { x: { shape: [1, 4, 4, 1], dtype: 'float32' } },
    scalars: ['rate'],
    noise: {},
  },
  run: ({ state, batch, scalars }) => {
    const score = (w: Tensor): Tensor => tf.sum(tf.relu(tf.conv2d(batch.x as Tensor4D, w as Tensor4D, 1, 'same')));
    const { value, grad } = tf.valueAndGrad(score)(state.w as Tensor);
    const scale = tf.tensor([0.5, 2]);
    return {
      state: { w: tf.sub(state.w as Tensor, tf.mul(tf.mul(scalars.rate as Tensor, grad), scale)) },
      metrics: { score: value },
    };
  },
};

test('a step prints as one line for each operation', () => {
  expect(printGraph(simplifyGraph(traceStep(step)))).toBe(
    `step example
  %0 = Input state/w : float32[3,3,1,2]
  %1 = Input batch/x : float32[1,4,4,1]
  %2 = Input scalars/rate : float32[]
  %3 = Conv2D(%1, %0) window=3x3 pad=1,1,1,1 : float32[1,4,4,2]
  %4 = Relu(%3) : float32[1,4,4,2]
  %5 = Sum(%4) axes=0,1,2,3 keepDims=false : float32[]
  %6 = Step(%4) : float32[1,4,4,2]
  %7 = Conv2DBackpropFilter(%1, %6) window=3x3 pad=1,1,1,1 : float32[3,3,1,2]
  %8 = Constant 0.5 2 : float32[2]
  %9 = Multiply(%2, %7) : float32[3,3,1,2]
  %10 = Multiply(%9, %8) : float32[3,3,1,2]
  %11 = Sub(%0, %10) : float32[3,3,1,2]
  state w = %11
  metric score = %5
`,
  );
});

test('docs/engine.md shows that graph, and names every kernel that can be traced', () => {
  const page = readFileSync(new URL('../../../docs/engine.md', import.meta.url), 'utf8');
  expect(page).toContain(printGraph(simplifyGraph(traceStep(step))));
  const named = new Set(page.split(/[\s`]+/));
  expect(Object.keys(TRACE_KERNELS).filter((name) => !named.has(name))).toEqual([]);
});

test('the printed graph does not depend on what is in the inputs, only on their shapes', () => {
  const wider: Step = {
    ...step,
    signature: { ...step.signature, batch: { x: { shape: [7, 4, 4, 1], dtype: 'float32' } } },
  };
  expect(printGraph(traceStep(wider)).replaceAll('[7,', '[1,')).toBe(printGraph(traceStep(step)));
});

const input: GraphNode = {
  operation: { kind: 'Input', role: 'batch', name: 'x' },
  inputs: [],
  shape: [2, 3],
  dtype: 'float32',
};
const malformed: readonly (readonly [string, readonly GraphNode[], RegExp])[] = [
  [
    'reads a later node',
    [{ ...input, operation: { kind: 'Relu' }, inputs: [0] }],
    /node %0: Relu reads %0, which must come earlier/,
  ],
  ['has an empty dimension', [{ ...input, shape: [2, 0] }], /sizes must be positive integers/],
  ['is declared twice', [input, input], /the input batch\/x is declared twice/],
  [
    'has too few elements',
    [{ ...input, operation: { kind: 'Constant', values: new Float32Array(5) } }],
    /shape \[2,3\] has 5 elements/,
  ],
  [
    'reshapes to another size',
    [input, { ...input, operation: { kind: 'Reshape' }, inputs: [0], shape: [7] }],
    /changes the number of elements/,
  ],
  [
    'computes with bytes',
    [
      { ...input, dtype: 'uint8' },
      { ...input, operation: { kind: 'Square' }, inputs: [0], dtype: 'uint8' },
    ],
    /node %1: Square reads uint8, which only Cast does/,
  ],
  [
    'makes bytes',
    [input, { ...input, operation: { kind: 'Cast' }, inputs: [0], dtype: 'uint8' }],
    /node %1: Cast makes uint8, which only an input is/,
  ],
  [
    'keeps bytes in its state',
    [{ ...input, operation: { kind: 'Input', role: 'state', name: 'w' }, dtype: 'uint8' }],
    /node %0: Input is a state that is uint8/,
  ],
];
test.each(malformed)('the validator names a node that %s', (_, nodes, message) => {
  expect(() => validateGraph({ name: 'bad', nodes, outputs: { state: {}, metrics: {} } })).toThrow(message);
});

test('the validator names an output that does not exist', () => {
  const builder = createGraphBuilder('bad');
  expect(() => validateGraph(builder.build({ state: {}, metrics: { loss: 3 } }))).toThrow(/node index below 0, got 3/);
});
