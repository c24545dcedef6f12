import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { fillDropoutMask, fillNormal } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import {
  createCpuExecutor,
  createOnnxExecutor,
  type Executor,
  type HostTensor,
  type RunInputs,
} from '../../../engine/mod.ts';
import { evaluationStep } from '../../../worker/training/networks/evaluation-step.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { type Objective, trainingStep } from '../../../worker/training/networks/training-step.ts';

const BATCH = 4;

/** Every kind of layer there is, small enough for tfjs's own cpu backend. */
const TINY: NetworkDescription = {
  title: 'tiny',
  side: 7,
  channels: 2,
  classes: 3,
  layers: [
    { kind: 'conv', name: 'conv1', filters: 6, size: 3, pad: 1, relu: true },
    { kind: 'lrn', name: 'lrn1', size: 5, kappa: 2, alpha: 0.1, beta: 0.75 },
    { kind: 'max-pool', name: 'pool1', size: 2, stride: 2 },
    { kind: 'conv', name: 'conv2', filters: 4, size: 1, pad: 0, relu: true },
    { kind: 'flatten', name: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 8, relu: true },
    { kind: 'dropout', name: 'dropout1', rate: 0.25 },
    { kind: 'dense', name: 'fc2', units: 3, relu: false },
  ],
};

function inputs(scalars: Record<string, number>, seed = 1): RunInputs {
  const images = new Float32Array(BATCH * 7 * 7 * 2);
  fillNormal(createStream(seed, 'images'), images, 1);
  const labels = new Float32Array(BATCH * 3);
  for (let row = 0; row < BATCH; row += 1) labels[row * 3 + (row % 3)] = 1;
  const mask = new Uint8Array(BATCH * 8);
  fillDropoutMask(createStream(seed, 'mask'), mask, 0.25);
  return {
    batch: { images: { shape: [BATCH, 7, 7, 2], data: images }, labels: { shape: [BATCH, 3], data: labels } },
    scalars: { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, ...scalars },
    noise: { dropout1: { shape: [BATCH, 8], data: mask } },
  };
}

const OBJECTIVE: Objective = {
  loss: 'softmax',
  optimiser: 'sgd',
  biasRate: 1,
  biasDecay: 0,
  layerRates: [],
  layerDecays: [],
  freeze: 0,
  filterRadius: 0,
};

type State = Record<string, HostTensor>;

async function train(executor: Executor, start: State, steps: number, scalars: Record<string, number> = {}) {
  const state = executor.createState(start);
  const compiled = await executor.compile(trainingStep(TINY, BATCH));
  const losses: number[] = [];
  const errors: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const metrics = await compiled.run(state, inputs(scalars));
    losses.push(metrics.loss?.data[0] ?? Number.NaN);
    errors.push(metrics.errors?.data[0] ?? Number.NaN);
  }
  const end: State = Object.fromEntries(
    await Promise.all(state.names.map(async (name) => [name, await state.read(name)] as const)),
  );
  await compiled.dispose();
  state.dispose();
  return { losses, errors, end };
}

const values = (state: State, name: string): number[] => Array.from(state[name]?.data ?? []);

describe('the training step', () => {
  const cpu = createCpuExecutor();
  const onnx = createOnnxExecutor({ threads: 1 });
  let start: State;
  beforeAll(() => {
    start = initialState(TINY, 1);
  });
  afterAll(async () => {
    await onnx.dispose();
    await cpu.dispose();
  });

  it('gives the same weights, losses and errors compiled as on TensorFlow.js itself', async () => {
    const eager = await train(cpu, start, 5);
    const compiled = await train(onnx, start, 5);
    expect(compiled.errors).toEqual(eager.errors);
    for (const [step, loss] of eager.losses.entries()) expect(compiled.losses[step]).toBeCloseTo(loss, 5);
    for (const name of Object.keys(start)) {
      const expected = values(eager.end, name);
      for (const [i, value] of values(compiled.end, name).entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 5);
    }
  });

  it('counts an image of several classes as wrong where it shows one, but not that of its highest score', async () => {
    const layers = TINY.layers.filter(({ kind }) => kind !== 'dropout');
    const description = { ...TINY, layers };
    const { batch, scalars } = inputs({});
    const votes = await onnx.compile(evaluationStep(description, BATCH, 'scores'));
    const state = onnx.createState(start);
    const said = (await votes.run(state, { batch: { images: batch.images as HostTensor }, scalars: {}, noise: {} }))
      .votes;
    const chosen = Array.from({ length: BATCH }, (_, row) => {
      const scores = Array.from(said?.data.slice(row * 3, row * 3 + 3) ?? []);
      return scores.indexOf(Math.max(...scores));
    });
    // Shows the chosen class and another; another only; the chosen one but it does not count, and no other; nothing.
    const relevance = chosen.map((c, row) => {
      const other = (c + 1) % 3;
      return [0, 1, 2].map((label) =>
        row === 0
          ? Number(label === c || label === other)
          : row === 1
            ? Number(label === other)
            : row === 2 && label === c
              ? 0.5
              : 0,
      );
    });
    const step = await onnx.compile(trainingStep(description, BATCH, { ...OBJECTIVE, loss: 'hinge' }));
    const labels = { shape: [BATCH, 3], data: Float32Array.from(relevance.flat()) };
    const run = { batch: { ...batch, labels }, scalars, noise: {} };
    expect((await step.run(state, run)).errors?.data[0]).toBe(1);
  });

  it('has the gradient that finite differences have', async () => {
    const { end } = await train(cpu, start, 1, { weightDecay: 0, learningRate: 1 });
    for (const [name, index] of [
      ['conv1/kernel', 40],
      ['conv2/kernel', 7],
      ['fc1/kernel', 100],
      ['fc2/kernel', 5],
      ['fc2/bias', 1],
    ] as const) {
      const lossAt = async (shift: number): Promise<number> => {
        const weight = start[name] as HostTensor;
        const data = Float32Array.from(weight.data);
        data[index] = (data[index] ?? 0) + shift;
        const { losses } = await train(cpu, { ...start, [name]: { shape: weight.shape, data } }, 1);
        return losses[0] ?? Number.NaN;
      };
      const slope = ((await lossAt(0.01)) - (await lossAt(-0.01))) / 0.02;
      const gradient = -(values(end, `${name}/velocity`)[index] ?? 0);
      expect(Math.abs(gradient - slope)).toBeLessThan(0.02 * Math.abs(slope) + 1e-3);
    }
  });

  it('decays kernels and leaves biases alone', async () => {
    const decayed = await train(cpu, start, 1, { weightDecay: 0.5 });
    const plain = await train(cpu, start, 1, { weightDecay: 0 });
    for (const bias of ['conv1/bias', 'fc2/bias']) expect(values(decayed.end, bias)).toEqual(values(plain.end, bias));
    const before = values(start, 'fc1/kernel');
    const expected = values(plain.end, 'fc1/kernel').map((weight, i) => weight - 0.1 * 0.5 * (before[i] ?? 0));
    for (const [i, weight] of values(decayed.end, 'fc1/kernel').entries())
      expect(weight).toBeCloseTo(expected[i] ?? 0, 5);
  });

  it('keeps the velocity: v ← μ·v − lr·g, w ← w + v', async () => {
    const velocity = { shape: [3], data: Float32Array.of(1, -2, 0.5) };
    const rolling = await train(cpu, { ...start, 'fc2/bias/velocity': velocity }, 1);
    const resting = await train(cpu, start, 1);
    for (const name of ['fc2/bias/velocity', 'fc2/bias']) {
      const still = values(resting.end, name);
      for (const [i, value] of values(rolling.end, name).entries()) {
        expect(value).toBeCloseTo((still[i] ?? 0) + 0.9 * (velocity.data[i] ?? 0), 5);
      }
    }
  });

  it('changes nothing at learning rate and momentum 0', async () => {
    const { end } = await train(cpu, start, 2, { learningRate: 0, momentum: 0 });
    for (const name of Object.keys(start))
      expect(values(end, name).map(Math.abs)).toEqual(values(start, name).map(Math.abs));
  });
});

describe('the evaluation step', () => {
  it('gives posteriors that agree between executors and do not drop out', async () => {
    const start = initialState(TINY, 1);
    const { batch } = inputs({});
    const images = batch.images as HostTensor;
    const results: number[][] = [];
    for (const executor of [createCpuExecutor(), createOnnxExecutor({ threads: 1 })]) {
      const state = executor.createState(start);
      const step = await executor.compile(evaluationStep(TINY, BATCH));
      const { votes } = await step.run(state, { batch: { images }, scalars: {}, noise: {} });
      expect(votes?.shape).toEqual([BATCH, 3]);
      results.push(Array.from(votes?.data ?? []));
      await step.dispose();
      await executor.dispose();
    }
    const [cpu = [], onnx = []] = results;
    for (const [i, value] of onnx.entries()) expect(value).toBeCloseTo(cpu[i] ?? 0, 5);
    for (let row = 0; row < BATCH; row += 1) {
      expect(cpu.slice(row * 3, row * 3 + 3).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
  });
});
