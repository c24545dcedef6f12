import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Executor, HostTensor, RunInputs, Step } from '../../../engine/mod.ts';
import { EngineError } from '../../../engine/mod.ts';
import { openForTest } from '../../support/executors.ts';
import { createUniform, float32, randomTensor, tensorOf } from './agreement.ts';

const tensorflow: Executor | undefined = await openForTest('tensorflow').catch((error: unknown) => {
  if (error instanceof EngineError && error.code === 'EXECUTOR_UNAVAILABLE') return undefined;
  throw error;
});

const training: Step = {
  name: 'training',
  signature: {
    state: { w: float32(3, 3, 2, 4), v: float32(3, 3, 2, 4), constant: float32(4) },
    batch: { x: float32(2, 9, 9, 2) },
    scalars: ['rate'],
    noise: {},
  },
  run({ state, batch, scalars }) {
    const loss = (w: Tensor): Tensor => {
      const maps = tf.relu(tf.conv2d(batch.x as Tensor4D, w as Tensor4D, 2, 1));
      return tf.mean(tf.square(tf.add(tf.maxPool(maps as Tensor4D, 3, 2, 1), state.constant as Tensor)));
    };
    const { value, grad } = tf.valueAndGrad(loss)(state.w as Tensor);
    const v = tf.sub(tf.mul(0.9, state.v as Tensor), tf.mul(scalars.rate as Tensor, grad));
    return {
      // An entry that did not change, as of a frozen layer.
      state: { v, w: tf.add(state.w as Tensor, v), constant: state.constant as Tensor },
      metrics: { loss: value },
    };
  },
};
const uniform = createUniform(4);
const initial = {
  w: randomTensor([3, 3, 2, 4], uniform),
  v: tensorOf([3, 3, 2, 4], () => 0),
  constant: tensorOf([4], (index) => index / 4),
};
const inputs: RunInputs = { batch: { x: randomTensor([2, 9, 9, 2], uniform) }, scalars: { rate: 0.01 }, noise: {} };

describe.skipIf(tensorflow === undefined)('TensorFlow', () => {
  const executor = tensorflow as Executor;

  test('says which library computes, and through what', () => {
    expect(executor.describe()).toEqual({
      executor: 'tensorflow',
      library: expect.stringMatching(/^TensorFlow \d+\.\d+\.\S+ through @tensorflow\/tfjs-node-gpu 4\.22\.0$/),
      device: 'cpu',
      precision: 'float32',
      threads: 1,
      deterministic: true,
    });
  });

  test('tensors and memory are the same after 500 and after 5,000 steps', { timeout: 60_000 }, async () => {
    const before = tf.memory().numTensors;
    const step = await executor.compile(training);
    const state = executor.createState(initial);
    const run = async (steps: number): Promise<{ readonly tensors: number; readonly rss: number }> => {
      for (let i = 0; i < steps; i++) await step.run(state, inputs);
      return { tensors: tf.memory().numTensors, rss: process.memoryUsage().rss };
    };
    const warm = await run(500);
    const later = await run(4500);
    expect(later.tensors).toBe(warm.tensors);
    expect(later.tensors - before).toBe(3);
    // Far below a leak of one weight (288 bytes) and its slot for each step and kernel.
    expect(later.rss - warm.rss).toBeLessThan(24 * 2 ** 20);
    state.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the same inputs give the same bits', async () => {
    const step = await executor.compile(training);
    const train = async (): Promise<HostTensor[]> => {
      const state = executor.createState(initial);
      const losses: HostTensor[] = [];
      for (let i = 0; i < 20; i++) losses.push((await step.run(state, inputs)).loss as HostTensor);
      const weights = await state.read('w');
      state.dispose();
      return [...losses, weights];
    };
    expect(await train()).toEqual(await train());
  });

  test('an input that becomes a state is not changed by the caller afterwards', async () => {
    const step: Step = {
      name: 'remember',
      signature: { state: { last: float32(2, 2), also: float32(4) }, batch: { x: float32(4) }, scalars: [], noise: {} },
      run: ({ batch }) => ({
        state: { last: tf.reshape(batch.x as Tensor, [2, 2]), also: batch.x as Tensor },
        metrics: {},
      }),
    };
    const compiled = await executor.compile(step);
    const state = executor.createState({ last: tensorOf([2, 2], () => 0), also: tensorOf([4], () => 0) });
    const x = tensorOf([4], (index) => index);
    await compiled.run(state, { batch: { x }, scalars: {}, noise: {} });
    x.data.fill(9);
    expect([...(await state.read('last')).data]).toEqual([0, 1, 2, 3]);
    expect([...(await state.read('also')).data]).toEqual([0, 1, 2, 3]);
    state.dispose();
  });

  test('a kernel that TensorFlow refuses is an error that names the step, and the state stays', async () => {
    let broken = false;
    const step: Step = {
      ...training,
      name: 'breaks',
      run(given) {
        const outputs = training.run(given);
        return broken ? { ...outputs, metrics: { x: tf.reshape(outputs.metrics.loss as Tensor, [2]) } } : outputs;
      },
    };
    const compiled = await executor.compile(step);
    const state = executor.createState(initial);
    broken = true;
    const tensors = tf.memory().numTensors;
    await expect(compiled.run(state, inputs)).rejects.toMatchObject({
      code: 'EXECUTOR_FAILED',
      message: expect.stringContaining("TensorFlow failed in step 'breaks'"),
    });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await state.read('w')).toEqual(initial.w);
    state.dispose();
  });

  test('a loaded library cannot be given other threads', () =>
    expect(openForTest('tensorflow', { threads: 2 })).rejects.toMatchObject({
      code: 'EXECUTOR_UNAVAILABLE',
      message: expect.stringMatching(/TF_NUM_INTRAOP_THREADS=2, got 1/),
    }));
});

test.each([
  [{ precision: 'bfloat16' }, /bfloat16/],
  [{ precision: 'tf32' }, /tf32/],
  [{ device: 'webgpu' }, /webgpu/],
  [{ threads: 0 }, /threads/],
] as const)('what TensorFlow does not have is refused by name: %o', (options, message) =>
  expect(openForTest('tensorflow', options)).rejects.toMatchObject({
    code: 'EXECUTOR_UNAVAILABLE',
    message: expect.stringMatching(message),
  }),
);
