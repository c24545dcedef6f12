import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Step } from '../../../engine/mod.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { float32, tensorOf } from './agreement.ts';

const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const cudaIsInstalled = existsSync(
  join(root, 'bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so'),
);

const double: Step = {
  name: 'double',
  signature: { state: { weight: float32(4) }, batch: {}, scalars: [], noise: {} },
  run: ({ state }) => ({
    state: { weight: tf.add(state.weight as Tensor, state.weight as Tensor) },
    metrics: { before: tf.sum(state.weight as Tensor) },
  }),
};
const nothing = { batch: {}, scalars: {}, noise: {} };
const weight = tensorOf([4], () => 1);

test.skipIf(cudaIsInstalled)('without the library of cuda the device is refused, with what to do', () => {
  expect(() => createOnnxExecutor({ threads: 1, device: 'cuda' })).toThrow(
    expect.objectContaining({ code: 'EXECUTOR_UNAVAILABLE', message: expect.stringContaining('cuda') }),
  );
});

test('a precision that the CPU kernels do not have is refused by name', () => {
  for (const precision of ['tf32', 'bfloat16'] as const) {
    expect(() => createOnnxExecutor({ threads: 1, precision })).toThrow(
      expect.objectContaining({ code: 'EXECUTOR_UNAVAILABLE', message: expect.stringContaining(precision) }),
    );
  }
});

test('memory that the host does not have is an error of its own', async () => {
  const side = 1_000_000;
  const huge: Step = {
    name: 'huge',
    signature: { state: {}, batch: { column: float32(side, 1), row: float32(1, side) }, scalars: [], noise: {} },
    run: ({ batch }) => {
      const sums = tf.add(batch.column as Tensor, batch.row as Tensor);
      return { state: {}, metrics: { x: tf.max(tf.relu(sums)) } };
    },
  };
  const executor = createOnnxExecutor({ threads: 1 });
  const compiled = await executor.compile(huge);
  const batch = { column: tensorOf([side, 1], () => 1), row: tensorOf([1, side], () => 1) };
  await expect(compiled.run(executor.createState({}), { ...nothing, batch })).rejects.toMatchObject({
    code: 'EXECUTOR_OUT_OF_MEMORY',
    message: expect.stringContaining("'huge'"),
  });
  await executor.dispose();
});

test('runs asked for at once on one state follow each other', async () => {
  const executor = createOnnxExecutor({ threads: 1 });
  const compiled = await executor.compile(double);
  const state = executor.createState({ weight });
  const runs = await Promise.all(Array.from({ length: 8 }, () => compiled.run(state, nothing)));
  expect(runs.map(({ before }) => before?.data[0])).toEqual([4, 8, 16, 32, 64, 128, 256, 512]);
  const last = compiled.run(state, nothing);
  expect((await state.read('weight')).data[0]).toBe(512);
  await last;
  await executor.dispose();
});

test('a step, a state or an executor disposed of says so', async () => {
  const executor = createOnnxExecutor({ threads: 1 });
  const compiled = await executor.compile(double);
  const state = executor.createState({ weight });
  const running = compiled.run(state, nothing);
  await compiled.dispose();
  expect((await running).before?.data[0]).toBe(4);
  await expect(compiled.run(state, nothing)).rejects.toMatchObject({ code: 'EXECUTOR_FAILED' });
  state.dispose();
  await expect(state.read('weight')).rejects.toMatchObject({ code: 'EXECUTOR_FAILED' });
  await executor.dispose();
  await expect(executor.compile(double)).rejects.toMatchObject({ code: 'EXECUTOR_FAILED' });
});
