import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { stateInPlace } from '../../../engine/graph/in-place.ts';
import { estimateMemory } from '../../../engine/graph/memory.ts';
import type { Step, StepInputs, StepOutputs } from '../../../engine/mod.ts';
import { simplifyGraph, traceStep } from '../../../engine/mod.ts';

const KIB = 256;

function graphOf(run: (inputs: StepInputs) => StepOutputs) {
  const vector = { shape: [KIB], dtype: 'float32' } as const;
  const step: Step = {
    name: 'memory',
    signature: { state: { w: vector, v: vector }, batch: { x: vector }, scalars: ['rate'], noise: {} },
    run,
  };
  return simplifyGraph(traceStep(step));
}

const metrics = (y: Tensor): StepOutputs => ({ state: {}, metrics: { y } });

test('a chain needs two buffers at a time, however long it is', () => {
  const chain = (length: number) =>
    graphOf(({ batch }) => {
      let x = batch.x as Tensor;
      for (let i = 0; i < length; i++) x = tf.exp(x);
      return metrics(x);
    });
  for (const length of [2, 5, 20]) {
    expect(estimateMemory(chain(length))).toEqual({
      state: 0,
      inputs: 1024,
      activations: 2048,
      peak: 3072,
      peakNode: 2,
    });
  }
});

test('what a gradient needs later stays alive', () => {
  const depth = 6;
  const { activations } = estimateMemory(
    graphOf(({ batch }) => {
      const forward = (x: Tensor): Tensor => {
        let y = x;
        for (let i = 0; i < depth; i++) y = tf.sin(y);
        return tf.sum(y);
      };
      return metrics(tf.grad(forward)(batch.x as Tensor));
    }),
  );
  // The operands of all sines but the first, which is the input.
  expect(activations).toBeGreaterThanOrEqual((depth - 1) * 1024);
});

test('a reshape is the same memory, and keeps it alive', () => {
  const { activations } = estimateMemory(
    graphOf(({ batch }) => {
      const square = tf.reshape(tf.exp(batch.x as Tensor), [16, 16]);
      return metrics(tf.add(tf.transpose(square), square));
    }),
  );
  expect(activations).toBe(3 * 1024);
});

test('bools take one byte, scalars four', () => {
  const { activations } = estimateMemory(
    graphOf(({ batch, scalars }) => metrics(tf.cast(tf.greater(batch.x as Tensor, scalars.rate as Tensor), 'float32'))),
  );
  expect(activations).toBe(256 + 1024);
});

describe('a new state may be written over the old one', () => {
  const inPlace = (run: (inputs: StepInputs) => StepOutputs): string[] => [...stateInPlace(graphOf(run))].sort();
  const update = ({ state, batch, scalars }: StepInputs): { w: Tensor; v: Tensor } => {
    const v = tf.sub(tf.mul(state.v as Tensor, 0.9), tf.mul(scalars.rate as Tensor, batch.x as Tensor));
    return { w: tf.add(state.w as Tensor, v), v };
  };

  test('where it is the last to read it, element by element', () => {
    expect(inPlace((inputs) => ({ state: update(inputs), metrics: {} }))).toEqual(['v', 'w']);
  });

  test('not where somebody reads the old one later', () => {
    const late = (inputs: StepInputs): StepOutputs => {
      const next = update(inputs);
      return { state: next, metrics: { change: tf.sum(tf.abs(tf.sub(next.w, inputs.state.w as Tensor))) } };
    };
    expect(inPlace(late)).toEqual(['v']);
  });

  test('not where its elements are moved about', () => {
    const reversed = ({ state }: StepInputs): StepOutputs => ({
      state: { w: tf.reverse(state.w as Tensor) },
      metrics: {},
    });
    expect(inPlace(reversed)).toEqual([]);
  });

  test('not where the two change places, nor where one value has two names', () => {
    expect(inPlace(({ state }) => ({ state: { w: state.v as Tensor, v: state.w as Tensor }, metrics: {} }))).toEqual(
      [],
    );
    const twins = (inputs: StepInputs): StepOutputs => {
      const { w } = update(inputs);
      return { state: { w, v: tf.clone(w) }, metrics: {} };
    };
    expect(inPlace(twins)).toEqual([]);
  });

  test('and then needs no memory of its own', () => {
    const without = estimateMemory(graphOf((inputs) => ({ state: update(inputs), metrics: {} })));
    const kept = estimateMemory(graphOf((inputs) => ({ state: {}, metrics: { ...update(inputs) } })));
    expect(without.activations).toBeLessThan(kept.activations);
    expect(without.state).toBe(2048);
  });
});
