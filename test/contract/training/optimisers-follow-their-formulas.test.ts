import { execFileSync } from 'node:child_process';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { HostTensor, Step } from '../../../engine/mod.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { adam, adamCorrections } from '../../../worker/training/optimisers/adam.ts';
import { renormaliseFilters } from '../../../worker/training/optimisers/filter-renormalisation.ts';
import type { Optimiser } from '../../../worker/training/optimisers/optimiser.ts';
import { scalarsAt } from '../../../worker/training/optimisers/optimisers.ts';
import { countPlateaus, learningRateAt } from '../../../worker/training/optimisers/schedule.ts';
import { sgd } from '../../../worker/training/optimisers/sgd.ts';
import { availableExecutors } from '../../support/executors.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';
import { createUniform, float32, functionStep, randomTensor, runOn } from '../executors/agreement.ts';

const SIZE = 6;
const STEPS = 4;
const RATE = 0.05;
const DECAY = 0.01;
const uniform = createUniform(11);
const start = randomTensor([SIZE], uniform);
const gradients = Array.from({ length: STEPS }, () => randomTensor([SIZE], uniform));

/** Weights after some steps with given gradients. */
async function descend(
  optimiser: Optimiser,
  rateMultiplier: number,
  decayMultiplier: number,
  rates: readonly number[] = gradients.map(() => RATE),
): Promise<number[]> {
  const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, float32(SIZE)]));
  const step: Step = {
    name: 'update',
    signature: {
      state: { weight: float32(SIZE), ...slots },
      batch: { gradient: float32(SIZE) },
      scalars: optimiser.scalars,
      noise: {},
    },
    run({ state, batch, scalars }) {
      const updated = optimiser.update({
        weight: state.weight as Tensor,
        gradient: batch.gradient as Tensor,
        slots: Object.fromEntries(optimiser.slots.map((slot) => [slot, state[slot] as Tensor])),
        scalars,
        rateMultiplier,
        decayMultiplier,
      });
      return { state: { weight: updated.weight, ...updated.slots }, metrics: {} };
    },
  };
  const executor = createOnnxExecutor({ threads: 1 });
  try {
    const zeros = Object.fromEntries(
      optimiser.slots.map((slot): [string, HostTensor] => [slot, { shape: [SIZE], data: new Float32Array(SIZE) }]),
    );
    const state = executor.createState({ weight: start, ...zeros });
    const compiled = await executor.compile(step);
    for (const [t, gradient] of gradients.entries()) {
      const scalars = { learningRate: rates[t] ?? RATE, momentum: 0.9, weightDecay: DECAY, ...adamCorrections(t) };
      await compiled.run(state, { batch: { gradient }, scalars, noise: {} });
    }
    return Array.from((await state.read('weight')).data);
  } finally {
    await executor.dispose();
  }
}

/** One weight at a time, in double precision. */
function reference(update: (w: number, g: number, t: number, memory: number[]) => number): number[] {
  return Array.from(start.data, (initial, index) => {
    const memory: number[] = [0, 0];
    return gradients.reduce((w, { data }, t) => update(w, data[index] ?? Number.NaN, t + 1, memory), initial);
  });
}

const close = (actual: readonly number[], expected: readonly number[]): void =>
  expected.forEach((value, index) => {
    expect(actual[index]).toBeCloseTo(value, 5);
  });

describe('SGD with momentum', () => {
  test.each([
    [1, 1],
    [2, 0],
    [0.1, 1],
    [0, 1],
  ])('is Caffe’s, at lr_mult %d and decay_mult %d', async (rateMultiplier, decayMultiplier) => {
    const expected = reference((w, g, _, memory) => {
      const [velocity = 0] = memory;
      memory[0] = 0.9 * velocity - RATE * rateMultiplier * (g + DECAY * decayMultiplier * w);
      return w + memory[0];
    });
    close(await descend(sgd, rateMultiplier, decayMultiplier), expected);
  });
});

test('PyTorch’s momentum is the same at one learning rate: v ← μ·v + g; w ← w − lr·v', async () => {
  const expected = reference((w, g, _, memory) => {
    memory[0] = 0.9 * (memory[0] ?? 0) + (g + DECAY * w);
    return w - RATE * memory[0];
  });
  close(await descend(sgd, 1, 1), expected);
});

test('after a drop of the learning rate the velocity is the old one, as in Caffe; PyTorch’s would shrink with it', async () => {
  const rates = [RATE, RATE, RATE / 10, RATE / 10];
  const caffe = reference((w, g, t, memory) => {
    memory[0] = 0.9 * (memory[0] ?? 0) - (rates[t - 1] ?? 0) * (g + DECAY * w);
    return w + memory[0];
  });
  const pytorch = reference((w, g, t, memory) => {
    memory[0] = 0.9 * (memory[0] ?? 0) + (g + DECAY * w);
    return w - (rates[t - 1] ?? 0) * memory[0];
  });
  const actual = await descend(sgd, 1, 1, rates);
  close(actual, caffe);
  expect(Math.max(...actual.map((w, index) => Math.abs(w - (pytorch[index] ?? 0))))).toBeGreaterThan(0.005);
});

const python = process.env.TICKWORK_PYTHON;
const hasTorch = python !== undefined && (await availableExecutors()).includes('torch');

describe.runIf(hasTorch)('the lab’s own PyTorch', () => {
  /** Weights after the steps, by torch.optim in float64. */
  function torchDescends(optimiser: string): number[] {
    const code = `
import json, sys, torch
start, gradients = json.loads(sys.argv[1])
w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
o = torch.optim.${optimiser}
for g in gradients:
    w.grad = torch.tensor(g, dtype=torch.float64)
    o.step()
print(json.dumps(w.tolist()))`;
    const numbers = [Array.from(start.data), gradients.map(({ data }) => Array.from(data))];
    const out = execFileSync(python as string, ['-c', code, JSON.stringify(numbers)], { encoding: 'utf8' });
    return JSON.parse(out) as number[];
  }

  test('descends with momentum as we do', async () => {
    const expected = torchDescends(`SGD([w], lr=${RATE}, momentum=0.9, weight_decay=${DECAY})`);
    close(await descend(sgd, 1, 1), expected);
  });

  test('has our Adam', async () => {
    close(await descend(adam, 1, 1), torchDescends(`Adam([w], lr=${RATE}, weight_decay=${DECAY})`));
  });
});

test('Adam is algorithm 1 of its paper, and PyTorch’s with the decay in the gradient', async () => {
  const expected = reference((w, gradient, t, memory) => {
    const g = gradient + DECAY * w;
    memory[0] = 0.9 * (memory[0] ?? 0) + 0.1 * g;
    memory[1] = 0.999 * (memory[1] ?? 0) + 0.001 * g * g;
    const mean = (memory[0] ?? 0) / (1 - 0.9 ** t);
    return w - (RATE * mean) / (Math.sqrt((memory[1] ?? 0) / (1 - 0.999 ** t)) + 1e-8);
  });
  close(await descend(adam, 1, 1), expected);
});

test('filters above the radius are scaled back to it, the others left as they are', async () => {
  const filters = randomTensor([3, 3, 2, 4], createUniform(5));
  filters.data.forEach((value, index) => {
    if (index % 4 === 1) filters.data[index] = value * 0.01;
  });
  const run = functionStep('hold', { filters }, (batch) => ({
    held: renormaliseFilters(batch.filters as Tensor, 0.1),
  }));
  const { held } = await runOn(createOnnxExecutor({ threads: 1 }), run);
  const rms = (data: ArrayLike<number>, filter: number): number =>
    Math.sqrt(Array.from(data).reduce((sum, v, i) => sum + (i % 4 === filter ? v * v : 0), 0) / 18);
  for (const filter of [0, 2, 3]) expect(rms(held?.data ?? [], filter)).toBeCloseTo(0.1, 5);
  expect(rms(held?.data ?? [], 1)).toBeCloseTo(rms(filters.data, 1), 6);
});

describe('the learning rate', () => {
  const rate = (schedule: 'constant' | 'step' | 'poly' | 'cosine', step: number): number =>
    learningRateAt(
      { ...SHORT_TRIAL, schedule, learningRate: 0.1, scheduleEvery: 2, scheduleFactor: 0.1 },
      step,
      60,
      10,
      [],
    );

  test('drops after every two train epochs', () => {
    const rates = [0, 19, 20, 39, 40, 59].map((step) => rate('step', step));
    close(rates, [0.1, 0.1, 0.01, 0.01, 0.001, 0.001]);
  });

  test('falls with the square root of what is left', () => {
    close(
      [0, 15, 45].map((step) => rate('poly', step)),
      [0.1, 0.1 * Math.sqrt(0.75), 0.05],
    );
  });

  test('follows half a cosine, or stays', () => {
    close(
      [0, 30].map((step) => rate('cosine', step)),
      [0.1, 0.05],
    );
    expect(rate('constant', 59)).toBe(0.1);
  });

  test('drops when what is watched has not fallen below its lowest for some train epochs in a row', () => {
    const after = (watched: readonly number[]): number =>
      learningRateAt(
        { ...SHORT_TRIAL, schedule: 'plateau', learningRate: 0.1, schedulePatience: 2 },
        30,
        60,
        10,
        watched,
      );
    close(
      [[], [5, 4, 3], [5, 4, 4], [5, 4, 4, 3.9], [5, 4, 4, 4], [5, 4, 6, 5, 4.5, 4]].map(after),
      [0.1, 0.1, 0.1, 0.1, 0.01, 0.001],
    );
    expect(countPlateaus([3, 3, 3, 3, 2, 2], 1)).toBe(4);
  });

  test('is among the scalars of every optimiser', () => {
    const scalars = scalarsAt({ ...SHORT_TRIAL, schedule: 'constant', learningRate: 0.2 }, 3, 2);
    for (const { scalars: names } of [sgd, adam]) {
      for (const name of names) expect(scalars[name], name).toEqual(expect.any(Number));
    }
    expect(scalars.learningRate).toBe(0.2);
  });
});
