import type { Executor, HostTensor, RunInputs } from '../executor.ts';
import { elementCount } from '../shape.ts';
import type { Shape } from '../step.ts';
import { type Product, productStep } from './product-step.ts';
import type { Speed } from './report.ts';
import type { SmallNetwork } from './small-network.ts';
import { smallNetworkRun, smallNetworkStep } from './small-network.ts';
import { type Milliseconds, medianMs, type Repetition } from './time-step.ts';
import { createUniform } from './uniform.ts';

const CHANNELS = 64;
const BATCH = 32;
const SIDE = 32;
/** The oracle is asked for one small image: anything larger would take it minutes. */
const ORACLE_SIDE = 8;

// Two warm-ups: the first run allocates and may still choose algorithms, the second finds everything in place.
const REPEATED: Repetition = { warmUps: 2, minRuns: 3 };
const ONCE: Repetition = { warmUps: 0, minRuns: 1 };

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
  product: Product,
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
