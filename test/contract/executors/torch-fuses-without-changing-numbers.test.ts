import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { HostTensor, Step } from '../../../engine/mod.ts';
import { createCpuExecutor, simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { lowerToProgram } from '../../../engine/torch/lower.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { createUniform, float32, randomTensor, relativeDifference, runOn } from './agreement.ts';

const here = (await availableExecutors()).includes('torch');
const WEIGHT = [3, 3, 2, 4];

/** When somebody else reads the old weight: never, after the update, or after it through a view that was made before. */
type Late = 'never' | 'weight' | 'view';
const LATE: readonly Late[] = ['never', 'weight', 'view'];

/** A convolution, its gradients, and the momentum update with decay. */
function training(late: Late): Step {
  const { valueAndGrads } = tf;
  return {
    name: `training, old weight read late: ${late}`,
    signature: {
      state: { w: float32(...WEIGHT), v: float32(...WEIGHT), b: float32(4), vb: float32(4) },
      batch: { x: float32(3, 6, 5, 2) },
      scalars: ['rate', 'momentum', 'decay'],
      noise: {},
    },
    run({ state, batch, scalars }) {
      const view = tf.transpose(state.w as Tensor);
      const { value, grads } = valueAndGrads((w: Tensor, b: Tensor, x: Tensor) => {
        const y = tf.relu(tf.add(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), b));
        return tf.mean(tf.square(tf.maxPool(y as Tensor4D, 2, 2, 'valid')));
      })([state.w as Tensor, state.b as Tensor, batch.x as Tensor]);
      const [dw, db] = grads as [Tensor, Tensor];
      const move = (velocity: Tensor, slope: Tensor): Tensor =>
        tf.sub(tf.mul(scalars.momentum as Tensor, velocity), tf.mul(scalars.rate as Tensor, slope));
      const v = move(state.v as Tensor, tf.add(dw, tf.mul(scalars.decay as Tensor, state.w as Tensor)));
      const vb = move(state.vb as Tensor, db);
      const next = { w: tf.add(state.w as Tensor, v), v, b: tf.add(state.b as Tensor, vb), vb };
      const old = {
        never: () => value,
        weight: () => tf.sum(tf.mul(state.w as Tensor, next.w)),
        view: () => tf.sum(tf.mul(view, tf.transpose(next.w))),
      }[late]();
      return { state: next, metrics: { loss: value, old } };
    },
  };
}

const kinds = (step: Step): string[] =>
  lowerToProgram(simplifyGraph(traceStep(step))).instructions.map(({ kind }) => kind);

test('one instruction holds both gradients of a convolution and its bias, one each update', () => {
  const all = kinds(training('never'));
  expect(all.filter((kind) => kind === 'Conv2DBackward')).toHaveLength(1);
  expect(all.filter((kind) => kind === 'Momentum')).toHaveLength(2);
  expect(all).toContain('ReluGradient');
  for (const absorbed of ['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'Step', 'Sub']) {
    expect(all).not.toContain(absorbed);
  }
});

test('a weight is overwritten only where nobody reads it later', () => {
  const flags = (step: Step): number[] =>
    lowerToProgram(simplifyGraph(traceStep(step)))
      .instructions.filter(({ kind }) => kind === 'Momentum')
      .map(({ ints }) => ints[0] as number);
  expect(flags(training('never'))).toEqual([1, 1]);
  expect(flags(training('weight'))).toContain(0);
  expect(flags(training('view'))).toContain(0);
});

test('a weight moves as soon as its gradient is there and its filter is not needed any more', () => {
  const all = kinds(training('never'));
  expect(all.indexOf('Momentum')).toBeLessThanOrEqual(all.indexOf('Conv2DBackward') + 1);
});

test('every slot is released after its last reader and none before', () => {
  for (const late of LATE) {
    const { instructions } = lowerToProgram(simplifyGraph(traceStep(training(late))));
    const gone = new Set<number>();
    for (const { inputs, release } of instructions) {
      for (const input of inputs) expect(gone.has(input)).toBe(false);
      for (const slot of release) gone.add(slot);
    }
  }
});

test.skipIf(!here).each(LATE)(
  'after three steps state and metrics are those of the oracle (old weight read late: %s)',
  async (late) => {
    const step = training(late);
    const uniform = createUniform(9);
    const random = (...shape: number[]) => randomTensor(shape, uniform);
    const initial = { w: random(...WEIGHT), v: random(...WEIGHT), b: random(4), vb: random(4) };
    const inputs = { batch: { x: random(3, 6, 5, 2) }, scalars: { rate: 0.1, momentum: 0.9, decay: 0.01 }, noise: {} };
    let expected = initial as typeof initial;
    let actual = initial as typeof initial;
    for (let i = 0; i < 3; i++) {
      const next = async (executor: Parameters<typeof runOn>[0], state: typeof initial) => {
        const results = await runOn(executor, { step, state, inputs });
        seen.push(results.old as HostTensor);
        return Object.fromEntries(
          Object.keys(initial).map((name) => [name, results[`state ${name}`]]),
        ) as typeof initial;
      };
      const seen: HostTensor[] = [];
      expected = await next(createCpuExecutor(), expected);
      actual = await next(await openForTest('torch'), actual);
      const [oracle, other] = seen as [HostTensor, HostTensor];
      expect(relativeDifference(other, oracle)).toBeLessThan(1e-5);
    }
    for (const name of ['w', 'v', 'b', 'vb'] as const) {
      expect(relativeDifference(actual[name], expected[name]), name).toBeLessThan(1e-5);
    }
  },
);

test.skipIf(!here)('what it refuses has a code and the reason', async () => {
  await expect(openForTest('torch', { device: 'webgpu' })).rejects.toMatchObject({ code: 'EXECUTOR_UNAVAILABLE' });
  await expect(openForTest('torch', { precision: 'tf32' })).rejects.toMatchObject({ code: 'EXECUTOR_UNAVAILABLE' });
  const executor = await openForTest('torch');
  const step = training('never');
  const compiled = await executor.compile(step);
  const state = executor.createState({ w: randomTensor(WEIGHT, createUniform(1)) });
  const inputs = { batch: {}, scalars: {}, noise: {} };
  await expect(compiled.run(state, inputs)).rejects.toMatchObject({ code: 'STEP_SHAPE' });
  await compiled.dispose();
  await expect(compiled.run(state, inputs)).rejects.toMatchObject({ code: 'EXECUTOR_FAILED' });
  await executor.dispose();
});

test.skipIf(!here)('a state that does not fit is out of memory, by that name', async () => {
  const executor = await openForTest('torch');
  const huge: Step = {
    name: 'huge',
    signature: { state: {}, batch: { x: float32(1, 1) }, scalars: [], noise: {} },
    run: ({ batch }) => ({ state: {}, metrics: { y: tf.sum(tf.exp(tf.tile(batch.x as Tensor, [1 << 22, 1 << 22]))) } }),
  };
  const compiled = await executor.compile(huge);
  const run = compiled.run(executor.createState({}), {
    batch: { x: randomTensor([1, 1], createUniform(1)) },
    scalars: {},
    noise: {},
  });
  await expect(run).rejects.toMatchObject({ code: 'EXECUTOR_OUT_OF_MEMORY' });
  await executor.dispose();
});
