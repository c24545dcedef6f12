import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Step, TensorSpec } from '../../../engine/mod.ts';
import { printGraph, simplifyGraph, traceStep } from '../../../engine/mod.ts';

const float32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' });

/** A grouped convolution as tfjs can write it, and both its gradients. */
function groupedStep(groups: number, channels: number, filters: number): Step {
  const convolve = (x: Tensor, w: Tensor): Tensor => {
    const parts = tf.split(w as Tensor4D, groups, 3);
    const maps = tf.split(x as Tensor4D, groups, 3);
    return tf.concat(
      maps.map((map, group) => tf.conv2d(map as Tensor4D, parts[group] as Tensor4D, 1, 'same')),
      3,
    );
  };
  return {
    name: 'grouped',
    signature: {
      state: {},
      batch: { x: float32(2, 5, 4, groups * channels), w: float32(3, 3, channels, groups * filters) },
      scalars: [],
      noise: {},
    },
    run: ({ batch }) => {
      const operands = [batch.x as Tensor, batch.w as Tensor];
      const [dx, dw] = tf.grads((x: Tensor, w: Tensor) => tf.square(convolve(x, w)))(operands);
      return {
        state: {},
        metrics: { y: convolve(...(operands as [Tensor, Tensor])), dx: dx as Tensor, dw: dw as Tensor },
      };
    },
  };
}

test.each([
  [2, 3, 4],
  [3, 1, 1],
  [4, 2, 1],
])('%d groups of %d channels and %d filters: one node forward, one for each gradient', (groups, channels, filters) => {
  const lines = printGraph(simplifyGraph(traceStep(groupedStep(groups, channels, filters))))
    .split('\n')
    .filter((line) => line.includes('Conv2D'));
  expect(lines.map((line) => line.replace(/.* = (\w+).*(groups=\d+).*/, '$1 $2'))).toEqual([
    `Conv2D groups=${groups}`,
    expect.stringMatching(`^Conv2DBackprop(Input|Filter) groups=${groups}$`),
    expect.stringMatching(`^Conv2DBackprop(Input|Filter) groups=${groups}$`),
  ]);
});

test('nothing of the slices is left', () => {
  const graph = simplifyGraph(traceStep(groupedStep(2, 3, 4)));
  const kinds = new Set(graph.nodes.map(({ operation }) => operation.kind));
  for (const kind of ['Slice', 'Concat', 'Pad', 'Add']) expect(kinds, kind).not.toContain(kind);
});

test('convolutions that only look like groups stay: out of order, unequal, or read by others', () => {
  const count = (run: (x: Tensor4D, w: Tensor4D) => Tensor[]): number => {
    const step: Step = {
      name: 'not groups',
      signature: { state: {}, batch: { x: float32(1, 4, 4, 4), w: float32(1, 1, 2, 2) }, scalars: [], noise: {} },
      run: ({ batch }) => ({
        state: {},
        metrics: Object.fromEntries(run(batch.x as Tensor4D, batch.w as Tensor4D).map((y, index) => [`${index}`, y])),
      }),
    };
    return simplifyGraph(traceStep(step)).nodes.filter(({ operation }) => operation.kind === 'Conv2D').length;
  };
  const halves = (x: Tensor4D): [Tensor4D, Tensor4D] => tf.split(x, 2, 3) as [Tensor4D, Tensor4D];
  expect(
    count((x, w) => {
      const [a, b] = halves(x);
      return [tf.concat([tf.conv2d(b, w, 1, 'same'), tf.conv2d(a, w, 1, 'same')], 3)];
    }),
  ).toBe(2);
  expect(
    count((x, w) => {
      const [a, b] = halves(x);
      return [tf.concat([tf.conv2d(a, w, 1, 'same'), tf.conv2d(b, tf.tile(w, [1, 1, 1, 2]), 1, 'same')], 3)];
    }),
  ).toBe(2);
  expect(
    count((x, w) => {
      const [a, b] = halves(x);
      const first = tf.conv2d(a, w, 1, 'same');
      return [tf.concat([first, tf.conv2d(b, w, 1, 'same')], 3), first];
    }),
  ).toBe(2);
});
