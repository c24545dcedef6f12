import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Executor, RunInputs, Step } from '../../../engine/mod.ts';
import { createCpuExecutor, createOnnxExecutor } from '../../../engine/mod.ts';
import { float32, runOn, tensorOf } from './agreement.ts';

const executors: readonly (readonly [string, () => Executor])[] = [
  ['onnx', () => createOnnxExecutor({ threads: 1 })],
  ['onnx with two threads', () => createOnnxExecutor({ threads: 2 })],
  ['cpu', createCpuExecutor],
];

const counted = { ...float32(2, 3), dtype: 'int32' } as const;
/** weight += rate * x, and an int32 counter. */
const advance: Step = {
  name: 'advance',
  signature: {
    state: { weight: float32(2, 3), count: counted },
    batch: { x: float32(3) },
    scalars: ['rate'],
    noise: {},
  },
  run: ({ state, batch, scalars }) => ({
    state: {
      weight: tf.add(state.weight as Tensor, tf.mul(batch.x as Tensor, scalars.rate as Tensor)),
      count: tf.add(state.count as Tensor, tf.onesLike(state.count as Tensor)),
    },
    metrics: { before: tf.sum(state.weight as Tensor), positive: tf.greater(batch.x as Tensor, 0) },
  }),
};
/** Reads one entry of the state. */
const total: Step = {
  name: 'total',
  signature: { state: { weight: float32(2, 3) }, batch: {}, scalars: [], noise: {} },
  run: ({ state }) => ({ state: {}, metrics: { total: tf.sum(state.weight as Tensor) } }),
};

const zeros = { weight: tensorOf([2, 3], () => 0), count: { shape: [2, 3], data: new Int32Array(6) } };
const ones: RunInputs = { batch: { x: tensorOf([3], () => 1) }, scalars: { rate: 0.5 }, noise: {} };
const nothing: RunInputs = { batch: {}, scalars: {}, noise: {} };

describe.each(executors)('%s', (name, create) => {
  const opened: Executor[] = [];
  const open = (): Executor => {
    const executor = create();
    opened.push(executor);
    return executor;
  };
  afterEach(async () => {
    for (const executor of opened.splice(0)) await executor.dispose();
  });

  test('says what it is', () => {
    const { executor, library, precision, threads } = open().describe();
    expect(name.startsWith(executor)).toBe(true);
    expect(library).toMatch(/\d+\.\d+\.\d+$/);
    expect([precision, threads]).toEqual(['float32', name.includes('two') ? 2 : 1]);
  });

  test('a training step advances the state, an evaluation step reads the same state', async () => {
    const executor = open();
    const [train, evaluate] = [await executor.compile(advance), await executor.compile(total)];
    const state = executor.createState(zeros);
    for (let i = 0; i < 3; i++) await train.run(state, ones);
    expect((await evaluate.run(state, nothing)).total).toEqual({ shape: [], data: Float32Array.of(9) });
    expect(await state.read('weight')).toEqual(tensorOf([2, 3], () => 1.5));
    expect(await state.read('count')).toEqual({ shape: [2, 3], data: new Int32Array(6).fill(3) });
  });

  test('two states of one step do not touch each other', async () => {
    const executor = open();
    const train = await executor.compile(advance);
    const [a, b] = [executor.createState(zeros), executor.createState(zeros)];
    await train.run(a, ones);
    await train.run(b, { ...ones, scalars: { rate: 4 } });
    expect((await a.read('weight')).data[0]).toBe(0.5);
    expect((await b.read('weight')).data[0]).toBe(4);
  });

  test('metrics and read values are copies, initial values are not kept', async () => {
    const executor = open();
    const train = await executor.compile(advance);
    const weight = tensorOf([2, 3], () => 1);
    const state = executor.createState({ ...zeros, weight });
    weight.data.fill(100);
    const first = await train.run(state, ones);
    (await state.read('weight')).data.fill(100);
    const second = await train.run(state, ones);
    expect(first.before?.data[0]).toBe(6);
    expect(second.before?.data[0]).toBe(9);
    expect(first.positive).toEqual({ shape: [3], data: Int32Array.of(1, 1, 1) });
  });

  test('a wrong input is refused by name and the state stays', async () => {
    const executor = open();
    const train = await executor.compile(advance);
    const state = executor.createState(zeros);
    const wrong: readonly (readonly [RunInputs, RegExp])[] = [
      [{ ...ones, batch: {} }, /Expected batch 'x' of step 'advance' to be float32\[3\], got nothing/],
      [{ ...ones, batch: { x: tensorOf([4], () => 1) } }, /batch 'x'.*float32\[3\], got float32\[4\]/],
      [{ ...ones, batch: { x: { shape: [3], data: new Int32Array(3) } } }, /float32\[3\], got int32\[3\]/],
      [{ ...ones, batch: { x: { shape: [3], data: new Float32Array(2) } } }, /3 elements, got 2/],
      [{ ...ones, scalars: {} }, /scalar 'rate'.*a number, got undefined/],
    ];
    for (const [inputs, message] of wrong) {
      await expect(train.run(state, inputs)).rejects.toMatchObject({
        code: 'STEP_SHAPE',
        message: expect.stringMatching(message),
      });
    }
    expect((await state.read('weight')).data[0]).toBe(0);
  });

  test('a state of another executor, or one without an entry, is refused', async () => {
    const train = await open().compile(advance);
    await expect(train.run(open().createState(zeros), ones)).rejects.toMatchObject({ code: 'STEP_SHAPE' });
    const executor = open();
    const incomplete = executor.createState({ weight: zeros.weight });
    await expect((await executor.compile(advance)).run(incomplete, ones)).rejects.toThrow(/state 'count'.*got nothing/);
    await expect(incomplete.read('count')).rejects.toThrow(RangeError);
  });

  test('a step that cannot be traced is refused before anything runs', async () => {
    const reading: Step = {
      ...total,
      run: ({ state }) => ({ state: {}, metrics: { x: tf.scalar((state.weight as Tensor).dataSync()[0] ?? 0) } }),
    };
    await expect(open().compile(reading)).rejects.toMatchObject({ code: 'STEP_UNTRACEABLE' });
  });

  test('disposing twice is the same as once, and tfjs keeps no tensor', async () => {
    const before = tf.engine().state.numTensors;
    const executor = open();
    const train = await executor.compile(advance);
    const state = executor.createState(zeros);
    await train.run(state, ones);
    await train.dispose();
    await train.dispose();
    state.dispose();
    state.dispose();
    await executor.dispose();
    await executor.dispose();
    expect(tf.engine().state.numTensors).toBe(before);
  });
});

test('booleans are multiplied as TensorFlow.js multiplies them', async () => {
  const step: Step = {
    name: 'booleans',
    signature: { state: {}, batch: { x: float32(3) }, scalars: [], noise: {} },
    run: ({ batch }) => {
      const [above, below] = [tf.greater(batch.x as Tensor, 0), tf.less(batch.x as Tensor, 2)];
      return { state: {}, metrics: { both: tf.mul(above, below), either: tf.maximum(above, below) } };
    },
  };
  const x = { shape: [3], data: Float32Array.of(-1, 1, 3) };
  const run = { step, state: {}, inputs: { batch: { x }, scalars: {}, noise: {} } };
  const results = await runOn(createOnnxExecutor({ threads: 1 }), run);
  expect(results).toMatchObject({ both: { data: Int32Array.of(0, 1, 0) }, either: { data: Int32Array.of(1, 1, 1) } });
  expect(await runOn(createCpuExecutor(), run)).toEqual(results);
});

test('what ONNX Runtime refuses is an error that names the step', async () => {
  const executor = createOnnxExecutor({ threads: 1 });
  const integers: Step = {
    name: 'integers',
    signature: { state: {}, batch: { x: float32(3) }, scalars: [], noise: {} },
    run: ({ batch }) => {
      const column = tf.reshape(tf.cast(batch.x as Tensor, 'int32'), [3, 1]);
      return { state: {}, metrics: { products: tf.matMul(column, column, false, true) } };
    },
  };
  await expect(executor.compile(integers)).rejects.toMatchObject({
    code: 'EXECUTOR_FAILED',
    message: expect.stringContaining("ONNX Runtime refused step 'integers'"),
  });
  await executor.dispose();
});
