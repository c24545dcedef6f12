import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Executor } from '../../../engine/mod.ts';
import { failureOf } from '../../../worker/training/failure.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { functionStep, tensorOf } from './agreement.ts';

/** A product of so many rows and columns has more bytes than a process has addresses. */
const SIDE = 2 ** 24;

const { signal } = new AbortController();

describe.each(await availableExecutors())('%s', (name) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await openForTest(name);
  });
  afterAll(() => executor.dispose());

  it('says by name that a step does not fit into memory, and goes on', async () => {
    const huge = functionStep('huge', { x: tensorOf([1, 1], () => 1) }, ({ x }) => ({
      sum: tf.sum(tf.matMul(tf.tile(x as tf.Tensor2D, [SIDE, 1]), tf.tile(x as tf.Tensor2D, [1, SIDE]))),
    }));
    const small = functionStep('small', { x: tensorOf([2], () => 1) }, ({ x }) => ({ sum: tf.sum(x as tf.Tensor) }));
    const state = executor.createState({});
    const attempt = async (): Promise<unknown> => {
      const compiled = await executor.compile(huge.step);
      return compiled.run(state, huge.inputs);
    };
    const error: unknown = await attempt().then(
      () => new Error('Expected the step to fail, got a result.'),
      (reason: unknown) => reason,
    );
    expect(failureOf(error, signal)).toMatchObject({ status: 'failed', kind: 'out_of_memory' });
    const { sum } = await (await executor.compile(small.step)).run(state, small.inputs);
    expect(sum?.data[0]).toBe(2);
  });
});
