/**
 * Images a second of whole training steps of VGG/8 networks (28×28×1, batch 64, SGD with momentum and weight decay,
 * dropout, one thread) on the ONNX executor. Run: `npx tsc -p . && node dist/bench/engine-steps.js [steps]`.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, NamedTensors, Shape, Step, TensorSpec } from '../engine/mod.ts';
import { createOnnxExecutor } from '../engine/mod.ts';

const BATCH = 64;
const SIDE = 28;
const CLASSES = 10;
const HIDDEN = [128, 128];
const KEEP = 0.5;
const WARM_UP = 5;

/** Filters of the 3×3 convolutions, stage by stage; a 2×2 pool follows each of the first three stages. */
const NETWORKS = {
  A: [[8], [16], [32, 32], [64, 64], [64, 64]],
  D: [
    [8, 8],
    [16, 16],
    [32, 32, 32],
    [64, 64, 64],
    [64, 64, 64],
  ],
  E: [
    [8, 8],
    [16, 16],
    [32, 32, 32, 32],
    [64, 64, 64, 64],
    [64, 64, 64, 64],
  ],
} as const;

const float32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' });

/** Shapes of the weights by name: `w0`, `b0`, … in the order of the layers. */
function weightSpecs(stages: readonly (readonly number[])[]): Record<string, TensorSpec> {
  const specs: Record<string, TensorSpec> = {};
  let layer = 0;
  const declare = (kernel: TensorSpec, width: number): void => {
    specs[`w${layer}`] = kernel;
    specs[`b${layer++}`] = float32(width);
  };
  let channels = 1;
  for (const filters of stages.flat()) {
    declare(float32(3, 3, channels, filters), filters);
    channels = filters;
  }
  let width = channels * Math.floor(SIDE / 8) ** 2;
  for (const units of [...HIDDEN, CLASSES]) {
    declare(float32(width, units), units);
    width = units;
  }
  return specs;
}

function logitsOf(
  stages: readonly (readonly number[])[],
  x: Tensor,
  weights: NamedTensors,
  noise: NamedTensors,
): Tensor {
  let layer = 0;
  let maps = x as Tensor4D;
  stages.forEach((filters, stage) => {
    for (const _ of filters) {
      maps = tf.relu(
        tf.add(tf.conv2d(maps, weights[`w${layer}`] as Tensor4D, 1, 'same'), weights[`b${layer}`] as Tensor),
      );
      layer++;
    }
    if (stage < 3) maps = tf.maxPool(maps, 2, 2, 'valid');
  });
  let rows: Tensor = tf.reshape(maps, [BATCH, -1]);
  const dense = (): Tensor => tf.add(tf.matMul(rows, weights[`w${layer}`] as Tensor), weights[`b${layer++}`] as Tensor);
  HIDDEN.forEach((_, index) => {
    const kept = tf.cast(tf.greaterEqual(noise[`drop${index}`] as Tensor, 1 - KEEP), 'float32');
    rows = tf.div(tf.mul(tf.relu(dense()), kept), KEEP);
  });
  return dense();
}

function trainingStep(name: string, stages: readonly (readonly number[])[]): Step {
  const weights = weightSpecs(stages);
  const slots = Object.fromEntries(Object.entries(weights).map(([weight, spec]) => [`v/${weight}`, spec]));
  return {
    name: `VGG/8-${name}`,
    signature: {
      state: { ...weights, ...slots },
      batch: { images: float32(BATCH, SIDE, SIDE, 1), labels: float32(BATCH, CLASSES) },
      scalars: ['learningRate', 'momentum', 'decay'],
      noise: Object.fromEntries(HIDDEN.map((units, index) => [`drop${index}`, float32(BATCH, units)])),
    },
    run({ state, batch, scalars, noise }) {
      const names = Object.keys(weights);
      const loss = (...values: Tensor[]): Tensor => {
        const named = Object.fromEntries(names.map((weight, index) => [weight, values[index] as Tensor]));
        return tf.losses.softmaxCrossEntropy(
          batch.labels as Tensor,
          logitsOf(stages, batch.images as Tensor, named, noise),
        );
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((weight) => state[weight] as Tensor));
      const next: Record<string, Tensor> = {};
      names.forEach((weight, index) => {
        const old = state[weight] as Tensor;
        const gradient = tf.add(grads[index] as Tensor, tf.mul(scalars.decay as Tensor, old));
        const velocity = tf.sub(
          tf.mul(scalars.momentum as Tensor, state[`v/${weight}`] as Tensor),
          tf.mul(scalars.learningRate as Tensor, gradient),
        );
        next[`v/${weight}`] = velocity;
        next[weight] = tf.add(old, velocity);
      });
      return { state: next, metrics: { loss: value } };
    },
  };
}

/** A linear congruential generator: the same numbers on every run. */
function createUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function fill(shape: Shape, value: (index: number) => number): HostTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, (_, index) => value(index)) };
}

async function measure(name: string, stages: readonly (readonly number[])[], steps: number): Promise<void> {
  const step = trainingStep(name, stages);
  const uniform = createUniform(1);
  const { state: stateSpecs, batch, noise } = step.signature;
  const initial = Object.fromEntries(
    Object.entries(stateSpecs).map(([entry, { shape }]) => {
      // He's uniform initialisation; biases and slots start at zero.
      const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
      const bound = entry.startsWith('w') ? Math.sqrt(6 / fanIn) : 0;
      return [entry, fill(shape, () => (2 * uniform() - 1) * bound)];
    }),
  );
  const inputs = {
    batch: {
      images: fill(batch.images?.shape ?? [], () => 2 * uniform() - 1),
      labels: fill(batch.labels?.shape ?? [], (index) =>
        index % CLASSES === Math.floor(index / CLASSES) % CLASSES ? 1 : 0,
      ),
    },
    scalars: { learningRate: 1e-4, momentum: 0.9, decay: 5e-4 },
    noise: Object.fromEntries(Object.entries(noise).map(([entry, { shape }]) => [entry, fill(shape, uniform)])),
  };
  const executor = createOnnxExecutor({ threads: 1 });
  const opening = performance.now();
  const compiled = await executor.compile(step);
  const opened = performance.now() - opening;
  const state = executor.createState(initial);
  const times: number[] = [];
  let loss = Number.NaN;
  let processorTime = process.cpuUsage();
  for (let i = 0; i < WARM_UP + steps; i++) {
    if (i === WARM_UP) processorTime = process.cpuUsage();
    const start = performance.now();
    const metrics = await compiled.run(state, inputs);
    if (i >= WARM_UP) times.push(performance.now() - start);
    loss = metrics.loss?.data[0] ?? Number.NaN;
  }
  const { user, system } = process.cpuUsage(processorTime);
  await executor.dispose();
  times.sort((a, b) => a - b);
  const [median, best] = [times[times.length >> 1] as number, times[0] as number];
  const rate = ((BATCH / median) * 1000).toFixed(0).padStart(5);
  const processor = ((user + system) / 1000 / steps).toFixed(2);
  console.log(
    `${step.name} ${rate} img/s; a step: median ${median.toFixed(2)} ms, best ${best.toFixed(2)} ms, ` +
      `CPU time ${processor} ms; trace and session ${opened.toFixed(0)} ms; loss ${loss.toFixed(4)}`,
  );
}

const steps = Number(process.argv[2] ?? 40);
const processor = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(2)}`;
console.log(`${processor}, Node ${process.version}`);
const { library, threads } = createOnnxExecutor({ threads: 1 }).describe();
console.log(`${library}, ${threads} thread, batch ${BATCH}, ${steps} steps after ${WARM_UP} of warm-up`);
for (const [name, stages] of Object.entries(NETWORKS)) await measure(name, stages, steps);
