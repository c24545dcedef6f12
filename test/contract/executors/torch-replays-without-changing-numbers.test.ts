import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Executor, HostTensor, Step } from '../../../engine/mod.ts';
import { createTorchExecutor, REPLAY_VARIABLE } from '../../../engine/torch/executor.ts';
import { availableExecutors, engineCache } from '../../support/executors.ts';
import { createUniform, float32, randomTensor, relativeDifference } from './agreement.ts';

// What a GPU records is not tried here: no machine of the project has one. What is recorded is.
const here = (await availableExecutors()).includes('torch');

const open = (env: NodeJS.ProcessEnv): Promise<Executor> =>
  createTorchExecutor(
    { threads: 1, device: 'cpu', precision: 'float32', deterministic: true, cacheFolder: engineCache },
    { ...process.env, ...env },
  );

const signature = {
  state: { w: float32(3, 4), v: float32(3, 4), a: float32(4), b: float32(4) },
  batch: { x: float32(5, 3) },
  scalars: ['rate', 'momentum'],
  noise: {},
};

/** A momentum update in place, two entries that change places, and metrics that are views of the state. */
const training: Step = {
  name: 'training',
  signature,
  run({ state, batch, scalars }) {
    const loss = (w: Tensor): Tensor => tf.mean(tf.square(tf.relu(tf.matMul(batch.x as Tensor, w))));
    const { value, grads } = tf.valueAndGrads(loss)([state.w as Tensor]);
    const v = tf.sub(
      tf.mul(scalars.momentum as Tensor, state.v as Tensor),
      tf.mul(scalars.rate as Tensor, grads[0] as Tensor),
    );
    return {
      state: { w: tf.add(state.w as Tensor, v), v, a: state.b as Tensor, b: tf.add(state.a as Tensor, 1) },
      metrics: { loss: value, before: tf.reshape(state.a as Tensor, [2, 2]) },
    };
  },
};

const evaluation: Step = {
  name: 'evaluation',
  signature: { ...signature, scalars: [] },
  run: ({ state, batch }) => ({ state: {}, metrics: { y: tf.matMul(batch.x as Tensor, state.w as Tensor) } }),
};

async function results(executor: Executor): Promise<Record<string, HostTensor>> {
  const uniform = createUniform(5);
  const random = (...shape: number[]): HostTensor => randomTensor(shape, uniform);
  const [train, evaluate] = [await executor.compile(training), await executor.compile(evaluation)];
  const all: Record<string, HostTensor> = {};
  // Two states by turns: a program that was recorded on one must not write to the other.
  const states = [1, 2].map(() =>
    executor.createState({ w: random(3, 4), v: random(3, 4), a: random(4), b: random(4) }),
  );
  for (let run = 0; run < 6; run++) {
    for (const [index, state] of states.entries()) {
      const batch = { x: random(5, 3) };
      const trained = await train.run(state, { batch, scalars: { rate: 0.1 * (run + 1), momentum: 0.9 }, noise: {} });
      const evaluated = await evaluate.run(state, { batch, scalars: {}, noise: {} });
      for (const [name, value] of Object.entries({ ...trained, ...evaluated })) all[`${name} ${index} ${run}`] = value;
      for (const name of state.names) all[`state ${name} ${index} ${run}`] = await state.read(name);
    }
  }
  await executor.dispose();
  return all;
}

test.skipIf(!here)('on memory that stays where it is, every metric and state is the same', async () => {
  const expected = await results(await open({ [REPLAY_VARIABLE]: '0' }));
  const actual = await results(await open({ [REPLAY_VARIABLE]: '1' }));
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    expect(relativeDifference(actual[name], value), name).toBeLessThan(1e-6);
  }
});
