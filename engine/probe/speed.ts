import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, HostTensor, RunInputs } from '../executor.ts';
import { elementCount } from '../shape.ts';
import type { NamedTensors, Shape, Step } from '../step.ts';
import type { Speed } from './report.ts';
import type { SmallNetwork } from './small-network.ts';
import { smallNetworkRun, smallNetworkStep } from './small-network.ts';
import { createUniform } from './uniform.ts';

type Milliseconds = () => number;

const CHANNELS = 64;
const BATCH = 32;
const SIDE = 32;
/** The oracle is asked for one small image: anything larger would take it minutes. */
const ORACLE_SIDE = 8;

interface Repetition {
  readonly warmUps: number;
  readonly minRuns: number;
}

// Two warm-ups: the first run allocates and may still choose algorithms, the second finds everything in place.
const REPEATED: Repetition = { warmUps: 2, minRuns: 3 };
const ONCE: Repetition = { warmUps: 0, minRuns: 1 };
const MAX_RUNS = 200;
const MEASURED_MS = 400;

/** Large enough to be work, small enough for one core to finish a step in a tenth of a second. */
const WORKLOAD: SmallNetwork = {
  name: 'workload',
  batch: BATCH,
  side: 32,
  channels: 3,
  classes: 10,
  filters: [32, 64, 128],
  pool: 2,
  normalised: false,
};

/** Times the three products of a convolution and a whole training step. @param now milliseconds of a clock that never goes back. */
export async function measureSpeed(executor: Executor, now: Milliseconds): Promise<Speed> {
  const slow = executor.describe().executor === 'cpu';
  const maps = slow ? { batch: 1, side: ORACLE_SIDE } : { batch: BATCH, side: SIDE };
  const { batch } = maps;
  const repetition = slow ? ONCE : REPEATED;
  const workload = { ...WORKLOAD, batch };
  const { state, inputs } = smallNetworkRun(workload, 1);
  const stepMs = await medianMs(executor, smallNetworkStep(workload, false), state, inputs, repetition, now);
  return {
    forward: await gigaflops(executor, 'forward', maps, repetition, now),
    inputGradient: await gigaflops(executor, 'inputGradient', maps, repetition, now),
    filterGradient: await gigaflops(executor, 'filterGradient', maps, repetition, now),
    batch,
    imagesPerSecond: (1000 * batch) / stepMs,
  };
}

interface Maps {
  readonly batch: number;
  readonly side: number;
}

async function gigaflops(
  executor: Executor,
  product: keyof typeof PRODUCTS,
  { batch, side }: Maps,
  repetition: Repetition,
  now: Milliseconds,
): Promise<number> {
  const image = [batch, side, side, CHANNELS];
  const shapes = { x: image, w: [3, 3, CHANNELS, CHANNELS], y: image };
  const uniform = createUniform(2);
  const state = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, randomTensor(shape, uniform)]));
  const ms = await medianMs(executor, productStep(product, shapes), state, NO_INPUTS, repetition, now);
  return (2 * batch * side * side * CHANNELS * CHANNELS * 9) / ms / 1e6;
}

const NO_INPUTS: RunInputs = { batch: {}, scalars: {}, noise: {} };

function randomTensor(shape: Shape, uniform: () => number): HostTensor {
  return { shape, data: Float32Array.from({ length: elementCount(shape) }, () => 2 * uniform() - 1) };
}

/** Each product replaces one of x, w, y by what follows from the other two, and stays where the executor keeps it. */
const PRODUCTS = {
  forward: { result: 'y', of: ({ x, w }: NamedTensors) => tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same') },
  inputGradient: {
    result: 'x',
    // The transposed convolution is the gradient of the convolution by its input.
    of: ({ x, w, y }: NamedTensors) =>
      tf.conv2dTranspose(y as Tensor4D, w as Tensor4D, (x as Tensor4D).shape, 1, 'same'),
  },
  filterGradient: {
    result: 'w',
    of: ({ x, w, y }: NamedTensors) =>
      tf.engine().runKernel<Tensor>(
        'Conv2DBackpropFilter',
        { x: x as Tensor, dy: y as Tensor },
        {
          strides: [1, 1],
          pad: 'same',
          dataFormat: 'NHWC',
          dimRoundingMode: undefined as unknown as string,
          filterShape: (w as Tensor4D).shape,
        },
      ),
  },
} as const;

function productStep(product: keyof typeof PRODUCTS, shapes: Readonly<Record<string, Shape>>): Step {
  const { result, of } = PRODUCTS[product];
  return {
    name: `probe ${product}`,
    signature: {
      state: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' }])),
      batch: {},
      scalars: [],
      noise: {},
    },
    run: ({ state }) => {
      const value = of(state);
      // One element is read, so that a device that works on by itself is waited for.
      return { state: { [result]: value }, metrics: { first: tf.slice(value, [0, 0, 0, 0], [1, 1, 1, 1]) } };
    },
  };
}

async function medianMs(
  executor: Executor,
  step: Step,
  values: Readonly<Record<string, HostTensor>>,
  inputs: RunInputs,
  { warmUps, minRuns }: Repetition,
  now: Milliseconds,
): Promise<number> {
  const compiled = await executor.compile(step);
  const state = executor.createState(values);
  try {
    for (let i = 0; i < warmUps; i++) await compiled.run(state, inputs);
    const times: number[] = [];
    const start = now();
    while (times.length < minRuns || (now() - start < MEASURED_MS && times.length < MAX_RUNS)) {
      const before = now();
      await compiled.run(state, inputs);
      times.push(now() - before);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  } finally {
    state.dispose();
    await compiled.dispose();
  }
}
