import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { HostTensor, Step } from '../../../engine/mod.ts';
import { createOnnxExecutor, estimateMemory, printGraph, simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { lowerGraph } from '../../../engine/onnx/lower.ts';
import {
  bytesOf,
  compiledExecutors,
  createUniform,
  expectAgreement,
  float32,
  opened,
  type Run,
  randomTensor,
  resultsOf,
} from './agreement.ts';

const bytes = (...shape: number[]): Step['signature']['batch'][string] => ({ shape, dtype: 'uint8' });

/** Grey levels are centred and convolved, a mask of zeros and ones drops parts of the map; and the filter's gradient. */
const step: Step = {
  name: 'grey levels',
  signature: {
    state: { filter: float32(3, 3, 3, 4) },
    batch: { images: bytes(2, 5, 7, 3) },
    scalars: [],
    noise: { mask: bytes(2, 5, 7, 4) },
  },
  run: ({ state, batch, noise }) => {
    const images = tf.mul(tf.sub(tf.cast(batch.images as Tensor, 'float32'), 110.5), 1 / 64);
    const mask = tf.mul(tf.cast(noise.mask as Tensor, 'float32'), 1.25);
    const mapOf = (filter: Tensor): Tensor =>
      tf.mul(tf.conv2d(images as Tensor4D, filter as Tensor4D, 1, 'same'), mask);
    const gradient = tf.grad((filter: Tensor) => tf.sum(tf.square(mapOf(filter))))(state.filter as Tensor);
    return {
      state: { filter: tf.sub(state.filter as Tensor, tf.mul(gradient, 1e-3)) },
      metrics: { map: mapOf(state.filter as Tensor) },
    };
  },
};
const uniform = createUniform(5);
const run: Run = {
  step,
  state: { filter: randomTensor([3, 3, 3, 4], uniform) },
  inputs: {
    // Every level, the highest bit included.
    batch: { images: bytesOf([2, 5, 7, 3], (index) => (index * 37) % 256) },
    scalars: {},
    noise: { mask: bytesOf([2, 5, 7, 4], (index) => Number(index % 5 !== 0)) },
  },
};

test('grey levels and masks that cross as bytes give what the oracle gives', async () => {
  await expectAgreement(run);
});

test('a step sees bytes as int32, which does not wrap around', async () => {
  const sums: Run = {
    step: {
      name: 'sums of bytes',
      signature: { state: {}, batch: { x: bytes(5) }, scalars: [], noise: {} },
      run: ({ batch }) => {
        const x = batch.x as Tensor;
        return {
          state: {},
          metrics: {
            same: x,
            doubled: tf.add(x, x),
            below: tf.sub(x, tf.scalar(255, 'int32')),
            set: tf.cast(x, 'bool'),
          },
        };
      },
    },
    state: {},
    inputs: { batch: { x: bytesOf([5], (index) => [0, 1, 127, 128, 255][index] ?? 0) }, scalars: {}, noise: {} },
  };
  for (const name of [...(await compiledExecutors()), 'cpu'] as const) {
    expect(await resultsOf(await opened(name), sums), name).toEqual({
      same: { shape: [5], data: Int32Array.of(0, 1, 127, 128, 255) },
      doubled: { shape: [5], data: Int32Array.of(0, 2, 254, 256, 510) },
      below: { shape: [5], data: Int32Array.of(-255, -254, -128, -127, 0) },
      set: { shape: [5], data: Int32Array.of(0, 1, 1, 1, 1) },
    });
  }
});

test('memory that threads share is read where it lies, at any offset', async () => {
  const { images, mask } = { ...run.inputs.batch, ...run.inputs.noise } as Record<'images' | 'mask', HostTensor>;
  const shared = ({ shape, data }: HostTensor): HostTensor => {
    const copy = new Uint8Array(new SharedArrayBuffer(data.length + 16), 3, data.length);
    copy.set(data);
    return { shape, data: copy };
  };
  const inputs = { batch: { images: shared(images) }, scalars: {}, noise: { mask: shared(mask) } };
  for (const name of [...(await compiledExecutors()), 'cpu'] as const) {
    const expected = await resultsOf(await opened(name), run);
    expect(await resultsOf(await opened(name), { ...run, inputs }), name).toEqual(expected);
  }
});

describe('the graph', () => {
  const graph = simplifyGraph(traceStep(step));

  test('casts a byte once, to float32', () => {
    const printed = printGraph(graph);
    expect(printed).toMatch(/Input batch\/images : uint8\[2,5,7,3\]/);
    expect(printed.match(/Cast\(%\d+\) : float32\[2,5,7,3\]/g)).toHaveLength(1);
    expect(printed).not.toContain('int32');
  });

  test('counts a byte as a byte', () => {
    expect(estimateMemory(graph).inputs).toBe(2 * 5 * 7 * 3 + 2 * 5 * 7 * 4);
  });

  test('is an ONNX model whose session takes bytes', () => {
    const { inputs } = lowerGraph(graph);
    expect(Object.fromEntries(inputs.map(({ name, type }) => [name, type]))).toEqual({
      'state/filter': 'float32',
      'batch/images': 'uint8',
      'noise/mask': 'uint8',
    });
  });
});

test('bytes where floats belong, floats where bytes belong, and a state of bytes are refused by name', async () => {
  const executor = createOnnxExecutor({ threads: 1 });
  const compiled = await executor.compile(step);
  const state = executor.createState(run.state);
  const floats = { ...run.inputs, batch: { images: randomTensor([2, 5, 7, 3], uniform) } };
  await expect(compiled.run(state, floats)).rejects.toThrow(/batch 'images'.*uint8\[2,5,7,3\], got float32\[2,5,7,3\]/);
  const kept: Step = { ...step, signature: { ...step.signature, state: { filter: bytes(3, 3, 3, 4) } } };
  await expect(executor.compile(kept)).rejects.toMatchObject({
    code: 'STEP_SHAPE',
    message: expect.stringMatching(/state that is uint8/),
  });
  await executor.dispose();
});
