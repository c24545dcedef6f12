import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Executor, HostTensor, RunInputs, Step } from '../../../engine/mod.ts';
import { createCpuExecutor, createOnnxExecutor } from '../../../engine/mod.ts';
import {
  createUniform,
  float32,
  integers,
  largestMagnitude,
  randomTensor,
  runInFloat64,
  tensorOf,
} from './agreement.ts';

const BATCH = 5;
const CLASSES = 4;
/** Maps 15×13 → 7×6 → 3×3: odd, not square, the last one folded into one product. */
const weights = {
  w0: float32(3, 3, 2, 8),
  b0: float32(8),
  w1: float32(3, 3, 8, 16),
  b1: float32(16),
  w2: float32(3, 3, 16, 16),
  b2: float32(16),
  w3: float32(3 * 3 * 16, 12),
  b3: float32(12),
  w4: float32(12, CLASSES),
  b4: float32(CLASSES),
};
const names = Object.keys(weights) as (keyof typeof weights)[];
const slots = Object.fromEntries(names.map((name) => [`v/${name}`, weights[name]]));

/** Convolutions, LRN, pools, dropout, dense layers, softmax cross-entropy; momentum and weight decay. */
const trainingStep: Step = {
  name: 'two pools',
  signature: {
    state: { ...weights, ...slots },
    batch: { images: float32(BATCH, 15, 13, 2), labels: { shape: [BATCH], dtype: 'int32' } },
    scalars: ['learningRate', 'momentum', 'decay'],
    noise: { drop: float32(BATCH, 12) },
  },
  run({ state, batch, scalars, noise }) {
    const labels = tf.oneHot(batch.labels as tf.Tensor1D, CLASSES);
    const logitsOf = (values: readonly Tensor[]): Tensor => {
      const [w0, b0, w1, b1, w2, b2, w3, b3, w4, b4] = values as Tensor[];
      const convolve = (x: Tensor, w?: Tensor, b?: Tensor): Tensor4D =>
        tf.relu(tf.add(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), b as Tensor));
      const dense = (x: Tensor, w?: Tensor, b?: Tensor): Tensor => tf.add(tf.matMul(x, w as Tensor), b as Tensor);
      let maps: Tensor4D = tf.localResponseNormalization(convolve(batch.images as Tensor, w0, b0), 2, 2, 0.05, 0.75);
      maps = tf.maxPool(maps, 2, 2, 'valid');
      maps = tf.maxPool(convolve(maps, w1, b1), 2, 2, 'valid');
      const hidden = tf.relu(dense(tf.reshape(convolve(maps, w2, b2), [BATCH, -1]), w3, b3));
      const kept = tf.cast(tf.greaterEqual(noise.drop as Tensor, 0.5), 'float32');
      return dense(tf.div(tf.mul(hidden, kept), 0.5), w4, b4);
    };
    const loss = (...values: Tensor[]): Tensor => tf.losses.softmaxCrossEntropy(labels, logitsOf(values));
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => state[name] as Tensor));
    const next: Record<string, Tensor> = {};
    names.forEach((name, index) => {
      const old = state[name] as Tensor;
      const decayed = tf.add(grads[index] as Tensor, tf.mul(scalars.decay as Tensor, old));
      const velocity = tf.sub(
        tf.mul(scalars.momentum as Tensor, state[`v/${name}`] as Tensor),
        tf.mul(scalars.learningRate as Tensor, decayed),
      );
      next[`v/${name}`] = velocity;
      next[name] = tf.add(old, velocity);
    });
    return { state: next, metrics: { loss: value } };
  },
};

const uniform = createUniform(99);
const initial: Record<string, HostTensor> = Object.fromEntries(
  Object.entries(trainingStep.signature.state).map(([name, { shape }]) => [
    name,
    tensorOf(shape, () => (name.startsWith('v/') ? 0 : (2 * uniform() - 1) * 0.4)),
  ]),
);
const batches: readonly RunInputs[] = Array.from({ length: 3 }, (_, step) => ({
  // Half of every image is black, so that pools see ties.
  batch: {
    images: tensorOf([BATCH, 15, 13, 2], (index) => (index % 26 < 13 ? 0 : 2 * uniform() - 1)),
    labels: integers(
      [BATCH],
      Array.from({ length: BATCH }, (__, index) => (index + step) % CLASSES),
    ),
  },
  scalars: { learningRate: 0.05 / (step + 1), momentum: 0.9, decay: 5e-4 },
  noise: { drop: { shape: [BATCH, 12], data: randomTensor([BATCH, 12], uniform).data.map((x) => (x + 1) / 2) } },
}));

async function train(executor: Executor): Promise<{ losses: number[]; state: Record<string, HostTensor> }> {
  const compiled = await executor.compile(trainingStep);
  const state = executor.createState(initial);
  const losses: number[] = [];
  for (const inputs of batches) losses.push((await compiled.run(state, inputs)).loss?.data[0] as number);
  const values = Object.fromEntries(
    await Promise.all(state.names.map(async (name) => [name, await state.read(name)] as const)),
  );
  await executor.dispose();
  return { losses, state: values };
}

function trainInFloat64(): { losses: number[]; state: Record<string, HostTensor> } {
  let state = initial;
  const losses: number[] = [];
  for (const inputs of batches) {
    const results = runInFloat64({ step: trainingStep, state, inputs });
    losses.push(results.loss?.data[0] as number);
    state = Object.fromEntries(Object.keys(initial).map((name) => [name, results[`state ${name}`] as HostTensor]));
  }
  return { losses, state };
}

test('three momentum steps of a whole network end in the same state on every executor and in float64', async () => {
  const onnx = await train(createOnnxExecutor({ threads: 1 }));
  for (const reference of [await train(createCpuExecutor()), trainInFloat64()]) {
    for (const [index, loss] of onnx.losses.entries()) expect(loss).toBeCloseTo(reference.losses[index] as number, 5);
    for (const [name, { data }] of Object.entries(reference.state)) {
      const before = initial[name]?.data ?? [];
      const after = onnx.state[name]?.data ?? [];
      const update = largestMagnitude(Array.from(data, (value, index) => value - (before[index] ?? Number.NaN)));
      expect(update, `${name} moved`).toBeGreaterThan(0);
      const difference = largestMagnitude(Array.from(data, (value, index) => value - (after[index] ?? Number.NaN)));
      expect(difference / update, name).toBeLessThan(1e-5);
    }
  }
});

test('the same inputs give the same bits on every run', async () => {
  const [first, second] = [
    await train(createOnnxExecutor({ threads: 1 })),
    await train(createOnnxExecutor({ threads: 1 })),
  ];
  expect(second).toEqual(first);
});
