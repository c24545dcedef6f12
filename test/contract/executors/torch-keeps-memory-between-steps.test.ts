import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Step } from '../../../engine/mod.ts';
import { loadTorch } from '../../../engine/torch/addon.ts';
import { availableExecutors, engineCache, openForTest } from '../../support/executors.ts';
import { createUniform, float32, randomTensor } from './agreement.ts';

const here = (await availableExecutors()).includes('torch');
const MIB = 2 ** 20;

/** Products and sums of a matrix of `rows` by 1,024. */
const products = (rows: number): Step => ({
  name: `products of ${rows} rows`,
  signature: { state: {}, batch: { x: float32(rows, 1024), w: float32(1024, 1024) }, scalars: [], noise: {} },
  run({ batch }) {
    const hidden = tf.tanh(tf.matMul(batch.x as Tensor, batch.w as Tensor));
    return { state: {}, metrics: { sum: tf.sum(tf.mul(hidden, tf.matMul(hidden, batch.w as Tensor))) } };
  },
});

test.skipIf(!here)('the second of two steps asks the system for no memory, and disposal gives it back', async () => {
  const executor = await openForTest('torch');
  const { countMemory } = await loadTorch(engineCache, process.env);
  const step = products(512);
  const compiled = await executor.compile(step);
  const state = executor.createState({});
  const uniform = createUniform(4);
  const inputs = {
    batch: { x: randomTensor([512, 1024], uniform), w: randomTensor([1024, 1024], uniform) },
    scalars: {},
    noise: {},
  };
  const first = await compiled.run(state, inputs);
  const { fromSystem, idleBytes } = countMemory();
  expect(idleBytes).toBeGreaterThan(2 * MIB);
  expect(await compiled.run(state, inputs)).toEqual(first);
  expect(countMemory().fromSystem).toBe(fromSystem);
  await executor.dispose();
  expect(countMemory().idleBytes).toBe(0);
});

test.skipIf(!here)('steps of many sizes keep little more than the largest of them uses', async () => {
  const executor = await openForTest('torch');
  const { countMemory } = await loadTorch(engineCache, process.env);
  const state = executor.createState({});
  const uniform = createUniform(5);
  const w = randomTensor([1024, 1024], uniform);
  const held: number[] = [];
  for (const rows of [1024, 100, 900, 200, 800, 300, 700, 400, 600, 500]) {
    const compiled = await executor.compile(products(rows));
    await compiled.run(state, { batch: { x: randomTensor([rows, 1024], uniform), w }, scalars: {}, noise: {} });
    const { usedBytes, idleBytes } = countMemory();
    held.push(usedBytes + idleBytes);
  }
  // Four maps of the largest at once at most.
  expect(Math.max(...held)).toBeLessThan(4 * 4 * MIB * 1.25);
  await executor.dispose();
});
