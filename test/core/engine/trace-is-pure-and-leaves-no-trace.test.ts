import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { NamedTensors, Step, StepFunction, StepInputs } from '../../../engine/mod.ts';
import { EngineError, printGraph, traceStep } from '../../../engine/mod.ts';
import { withBackend, withoutAdvice } from '../../../engine/tfjs/active-backend.ts';

const float32 = (...shape: number[]): { shape: number[]; dtype: 'float32' } => ({ shape, dtype: 'float32' });

/** A convolution, a pool, a dense layer, and plain gradient descent. */
const classify: StepFunction = ({ state, batch, scalars }) => {
  const loss = (w: Tensor, v: Tensor): Tensor => {
    const maps = tf.maxPool(tf.relu(tf.conv2d(batch.x as Tensor4D, w as Tensor4D, 1, 'same')), 2, 2, 'valid');
    return tf.losses.softmaxCrossEntropy(batch.y as Tensor, tf.matMul(tf.reshape(maps, [2, -1]), v));
  };
  const names = ['w', 'v'] as const;
  const { value, grads } = tf.valueAndGrads(loss as (...args: Tensor[]) => Tensor)(
    names.map((name) => state[name] as Tensor),
  );
  const next: Record<string, Tensor> = {};
  names.forEach((name, index) => {
    next[name] = tf.sub(state[name] as Tensor, tf.mul(scalars.rate as Tensor, grads[index] as Tensor));
  });
  return { state: next, metrics: { loss: value } };
};
const step: Step = {
  name: 'classify',
  signature: {
    state: { w: float32(3, 3, 1, 4), v: float32(3 * 2 * 4, 5) },
    batch: { x: float32(2, 6, 4, 1), y: float32(2, 5) },
    scalars: ['rate'],
    noise: {},
  },
  run: classify,
};
const withMetrics = (run: (inputs: StepInputs) => NamedTensors): Step => ({
  ...step,
  run: (inputs) => ({ state: {}, metrics: run(inputs) }),
});

beforeAll(() => withoutAdvice(() => withBackend('cpu', () => tf.scalar(0).dispose())));

test('repeated traces are equal and keep the number of tensors and the active backend', () => {
  void tf.setBackend('cpu');
  const before = tf.memory();
  const backends = tf.engine().backendNames();
  const first = printGraph(traceStep(step));
  for (let i = 0; i < 20; i++) expect(printGraph(traceStep(step))).toBe(first);
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  expect({ numTensors, numDataBuffers, numBytes }).toMatchObject({
    numTensors: before.numTensors,
    numDataBuffers: before.numDataBuffers,
    numBytes: before.numBytes,
  });
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.engine().backendNames()).toEqual(backends);
  expect(tf.getKernelsForBackend('tickwork-trace')).toEqual([]);
});

test('the backend that was active is active again, whichever it was', () => {
  const other = 'another-backend';
  tf.registerBackend(other, () => new tf.KernelBackend(), 0);
  try {
    void tf.setBackend(other);
    traceStep(step);
    expect(tf.getBackend()).toBe(other);
  } finally {
    void tf.setBackend('cpu');
  }
});

test('a trace in the middle of eager work does not disturb it', () => {
  void tf.setBackend('cpu');
  const outer = tf.tidy(() => {
    const x = tf.tensor([1, 2, 3]);
    traceStep(step);
    return tf.mul(x, 2).dataSync();
  });
  expect([...outer]).toEqual([2, 4, 6]);
});

test('nothing is printed', () => {
  const spies = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
  traceStep(step);
  traceStep(step);
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});

describe('what cannot be traced is refused with the line', () => {
  const here = /trace-is-pure-and-leaves-no-trace\.test\.ts:\d+/;
  const refused: readonly (readonly [string, Step, string, RegExp])[] = [
    [
      'a value that is read',
      withMetrics(({ batch }) => ({ x: tf.scalar((batch.x as Tensor).dataSync()[0] ?? 0) })),
      'STEP_UNTRACEABLE',
      /without looking at values/,
    ],
    [
      'an unknown kernel',
      withMetrics(({ batch }) => ({ x: tf.unique(tf.reshape(batch.x as Tensor, [-1])).values })),
      'STEP_UNTRACEABLE',
      /got Unique in step 'classify'/,
    ],
    [
      'a kernel without a gradient',
      withMetrics(({ batch }) => ({
        x: tf.grad((x: Tensor) => tf.sum(tf.topk(x, 2).values))(tf.reshape(batch.x as Tensor, [2, 24])),
      })),
      'STEP_UNTRACEABLE',
      /has a gradient of, got TopK in step 'classify'/,
    ],
    [
      'a pool whose window lies on padding alone',
      withMetrics(({ batch }) => ({ x: tf.maxPool(batch.x as Tensor4D, 2, 2, 2) })),
      'STEP_UNTRACEABLE',
      /on padding alone/,
    ],
    [
      'a tensor without elements',
      withMetrics(({ batch }) => ({
        x: tf.conv2d(batch.x as Tensor4D, tf.ones([9, 9, 1, 1]) as Tensor4D, 1, 'valid'),
      })),
      'STEP_SHAPE',
      /got: Conv2D has the shape \[2,-2,-4,1\], whose sizes/,
    ],
    [
      'a local response of integers',
      withMetrics(({ batch }) => ({
        x: tf.localResponseNormalization(tf.cast(batch.x as Tensor4D, 'int32')),
      })),
      'STEP_SHAPE',
      /got: LRN has an operand that is int32/,
    ],
    [
      'a random number',
      withMetrics(({ batch }) => ({ x: tf.add(batch.x as Tensor, tf.randomUniform([2, 6, 4, 1])) })),
      'STEP_UNTRACEABLE',
      /pass them as noise/,
    ],
    [
      'tf.dropout',
      withMetrics(({ batch }) => ({ x: tf.dropout(batch.x as Tensor, 0.5) })),
      'STEP_UNTRACEABLE',
      /pass them as noise/,
    ],
    [
      'shapes that do not agree',
      withMetrics(({ batch }) => ({ x: tf.add(batch.x as Tensor, batch.y as Tensor) })),
      'STEP_SHAPE',
      /\[2,6,4,1\] and \[2,5\]|2,6,4,1 and 2,5/,
    ],
    [
      'a product that does not fit',
      withMetrics(({ batch }) => ({ x: tf.matMul(batch.y as Tensor, batch.y as Tensor) })),
      'STEP_SHAPE',
      /inner sizes/,
    ],
    [
      'an assertion of tfjs',
      withMetrics(({ batch }) => ({ x: tf.conv2d(batch.x as Tensor4D, tf.ones([3, 3, 2, 1]), 1, 'same') })),
      'STEP_SHAPE',
      /TensorFlow\.js refused/,
    ],
  ];
  test.each(refused)('%s', (_, untraceable, code, message) => {
    let error: unknown;
    try {
      traceStep(untraceable);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect((error as EngineError).message).toMatch(here);
  });

  test('a tensor made outside, which is left as it was', () => {
    void tf.setBackend('cpu');
    const outside = tf.tensor([1, 2, 3, 4, 5]);
    expect(() => traceStep(withMetrics(({ batch }) => ({ x: tf.add(batch.y as Tensor, outside) })))).toThrow(
      /only its own tensors/,
    );
    expect([...outside.dataSync()]).toEqual([1, 2, 3, 4, 5]);
    outside.dispose();
  });

  test('a new state of another shape or name', () => {
    const narrower: Step = {
      ...step,
      run: ({ state }) => ({ state: { w: tf.sum(state.w as Tensor, 0) }, metrics: {} }),
    };
    expect(() => traceStep(narrower)).toThrow(/new state 'w'.*float32\[3,3,1,4\], got float32\[3,1,4\]/);
    const unknown: Step = { ...step, run: ({ state }) => ({ state: { z: state.w as Tensor }, metrics: {} }) };
    expect(() => traceStep(unknown)).toThrow(/new state 'z'.*named in the signature/);
  });

  test("the step's own error passes unchanged, and the next trace works", () => {
    const failure = new TypeError('my own');
    const failing = withMetrics(() => {
      throw failure;
    });
    expect(() => traceStep(failing)).toThrow(failure);
    expect(traceStep(step).nodes.length).toBeGreaterThan(10);
  });
});
