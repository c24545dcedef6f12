import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostTensor, Shape, Step, TensorSpec } from '../../../engine/mod.ts';
import { EngineError, traceStep } from '../../../engine/mod.ts';
import { withBackend, withoutAdvice } from '../../../engine/tfjs/active-backend.ts';
import type { Run } from './agreement.ts';
import { createUniform, expectAgreement, integers, randomTensor, tensorOf } from './agreement.ts';

type Parameter = (name: string, shape: Shape) => Tensor;

/** One layer on maps; it asks for its parameters by name and shape. */
type Layer = (x: Tensor4D, parameter: Parameter, noise: Parameter) => Tensor;

const channelsOf = (x: Tensor4D): number => x.shape[3];

const layers: Readonly<Record<string, Layer>> = {
  'conv 3x3': (x, p) => tf.add(tf.conv2d(x, p('w', [3, 3, channelsOf(x), 6]) as Tensor4D, 1, 'same'), p('b', [6])),
  'conv 5x2 strided': (x, p) => tf.conv2d(x, p('w', [5, 2, channelsOf(x), 4]) as Tensor4D, [2, 1], 'same'),
  'conv padded': (x, p) =>
    tf.conv2d(
      x,
      p('w', [3, 3, channelsOf(x), 5]) as Tensor4D,
      2,
      [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ],
      'NHWC',
      1,
      'floor',
    ),
  'conv dilated': (x, p) => tf.conv2d(x, p('w', [3, 2, channelsOf(x), 4]) as Tensor4D, 1, 'same', 'NHWC', [2, 1]),
  'conv 1x1': (x, p) => tf.add(tf.conv2d(x, p('w', [1, 1, channelsOf(x), 8]) as Tensor4D, 1, 'valid'), p('b', [8])),
  depthwise: (x, p) => tf.depthwiseConv2d(x, p('w', [3, 3, channelsOf(x), 2]) as Tensor4D, 1, 'same'),
  'two groups': (x, p) => {
    const even = tf.concat([x, x], 3);
    const maps = tf.split<Tensor4D>(even, 2, 3);
    const filters = tf.split(p('w', [3, 3, channelsOf(x), 6]), 2, 3);
    return tf.concat(
      maps.map((map, group) => tf.conv2d(map, filters[group] as Tensor4D, 1, 'same')),
      3,
    );
  },
  'max pool': (x) => tf.maxPool(x, 2, 2, 'same'),
  'overlapping max pool, rounded up': (x) => tf.maxPool(x, 3, 2, 0, 'ceil'),
  'average pool': (x) => tf.avgPool(x, [2, 3], [1, 2], 'same'),
  relu: (x) => tf.relu(x),
  'leaky relu': (x) => tf.leakyRelu(x, 0.1),
  prelu: (x, p) => tf.prelu(x, p('slope', [channelsOf(x)])),
  elu: (x) => tf.elu(x),
  softplus: (x) => tf.softplus(x),
  tanh: (x) => tf.tanh(x),
  relu6: (x) => tf.relu6(tf.mul(x, 4)),
  clip: (x) => tf.clipByValue(x, -0.3, 0.7),
  lrn: (x) => tf.localResponseNormalization(x, 2, 1, 0.2, 0.75),
  'batch norm': (x, p) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(
      x,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      p('offset', [channelsOf(x)]) as tf.Tensor1D,
      p('scale', [channelsOf(x)]) as tf.Tensor1D,
      0.01,
    );
  },
  dropout: (x, _, noise) => tf.div(tf.mul(x, tf.cast(tf.greaterEqual(noise('noise', x.shape), 0.3), 'float32')), 0.7),
  residual: (x, p) =>
    tf.add(x, tf.conv2d(tf.relu(x), p('w', [3, 3, channelsOf(x), channelsOf(x)]) as Tensor4D, 1, 'same')),
  branches: (x, p) =>
    tf.concat([tf.maxPool(x, 3, 1, 'same'), tf.conv2d(x, p('w', [1, 1, channelsOf(x), 3]) as Tensor4D, 1, 'same')], 3),
  'squeeze and excite': (x, p) => {
    const squeezed = tf.mean(x, [1, 2]) as Tensor2D;
    const gate = tf.sigmoid(tf.matMul(squeezed, p('w', [channelsOf(x), channelsOf(x)])));
    return tf.mul(x, tf.reshape(gate, [x.shape[0], 1, 1, channelsOf(x)]));
  },
  resize: (x) => tf.image.resizeBilinear(x, [x.shape[1] + 1, x.shape[1] + 1]),
  'mirror pad': (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ],
      'symmetric',
    ) as Tensor4D,
  'channels turned round': (x) =>
    tf.gather(
      x,
      Array.from({ length: channelsOf(x) }, (_, c) => channelsOf(x) - 1 - c),
      3,
    ),
  'transposed and back': (x) => tf.transpose(tf.mul(tf.transpose(x, [0, 3, 1, 2]), 1.5), [0, 2, 3, 1]),
};

const CLASSES = 4;
const BATCH = 3;

/** A classifier of random layers, trained one step with momentum and decay. */
function network(names: readonly string[], height: number, width: number, seed: number): Run {
  const uniform = createUniform(seed);
  const specs: Record<'state' | 'noise', Record<string, TensorSpec>> = { state: {}, noise: {} };
  const forward = (x: Tensor, take: (kind: 'state' | 'noise', name: string, shape: Shape) => Tensor): Tensor => {
    let maps = x;
    for (const [index, name] of names.entries()) {
      const named =
        (kind: 'state' | 'noise'): Parameter =>
        (what, shape) =>
          take(kind, `${index} ${what}`, shape);
      maps = (layers[name] as Layer)(maps as Tensor4D, named('state'), named('noise'));
    }
    const flat = tf.reshape(maps, [BATCH, -1]);
    const dense = take('state', 'dense', [flat.shape[1] as number, CLASSES]);
    return tf.matMul(flat, dense);
  };
  // Shapes are found by tfjs itself.
  const x = randomTensor([BATCH, height, width, 2], uniform);
  withoutAdvice(() =>
    withBackend('cpu', () => {
      forward(tf.tensor(x.data, [...x.shape]), (kind, name, shape) => {
        specs[kind][name] = { shape: [...shape], dtype: 'float32' };
        return tf.fill([...shape], 0.5);
      });
    }),
  );
  const weights = Object.keys(specs.state);
  const velocities = Object.fromEntries(weights.map((name) => [`v ${name}`, specs.state[name] as TensorSpec]));
  const step: Step = {
    name: names.join(', '),
    signature: {
      state: { ...specs.state, ...velocities },
      batch: { x: { shape: x.shape, dtype: 'float32' }, labels: { shape: [BATCH], dtype: 'int32' } },
      scalars: ['rate', 'momentum', 'decay'],
      noise: specs.noise,
    },
    run({ state, batch, scalars, noise }) {
      const loss = (...values: Tensor[]): Tensor => {
        const logits = forward(batch.x as Tensor, (kind, name) =>
          kind === 'noise' ? (noise[name] as Tensor) : (values[weights.indexOf(name)] as Tensor),
        );
        return tf.losses.softmaxCrossEntropy(tf.oneHot(batch.labels as tf.Tensor1D, CLASSES), logits);
      };
      const { value, grads } = tf.valueAndGrads(loss)(weights.map((name) => state[name] as Tensor));
      const next: Record<string, Tensor> = {};
      weights.forEach((name, index) => {
        const slope = tf.add(grads[index] as Tensor, tf.mul(scalars.decay as Tensor, state[name] as Tensor));
        const kept = tf.mul(scalars.momentum as Tensor, state[`v ${name}`] as Tensor);
        const velocity = tf.sub(kept, tf.mul(scalars.rate as Tensor, slope));
        next[`v ${name}`] = velocity;
        next[name] = tf.add(state[name] as Tensor, velocity);
      });
      return { state: next, metrics: { loss: value } };
    },
  };
  const filled = (all: Readonly<Record<string, TensorSpec>>, make: (shape: Shape) => HostTensor) =>
    Object.fromEntries(Object.entries(all).map(([name, { shape }]) => [name, make(shape)]));
  return {
    step,
    state: filled(step.signature.state, (shape) => tensorOf(shape, () => uniform() - 0.5)),
    inputs: {
      batch: { x, labels: integers([BATCH], [0, 3, 1]) },
      scalars: { rate: 0.1, momentum: 0.9, decay: 0.01 },
      noise: filled(specs.noise, (shape) => tensorOf(shape, uniform)),
    },
  };
}

test('training steps of random networks agree on every executor, with tfjs and with float64', async () => {
  const networks = fc.record({
    names: fc.array(fc.constantFrom(...Object.keys(layers)), { minLength: 1, maxLength: 5 }),
    height: fc.integer({ min: 5, max: 9 }),
    width: fc.integer({ min: 5, max: 9 }),
    seed: fc.nat(),
  });
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(networks, async ({ names, height, width, seed }) => {
      const run = network(names, height, width, seed);
      try {
        traceStep(run.step);
      } catch (error) {
        if (error instanceof EngineError && error.code === 'STEP_UNTRACEABLE') return;
        throw error;
      }
      checked++;
      await expectAgreement(run, 1e-4);
    }),
    { numRuns: 40, seed: 21 },
  );
  expect(checked).toBeGreaterThan(30);
}, 120_000);
