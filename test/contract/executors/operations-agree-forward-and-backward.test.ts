import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { expectAgreement, functionStep } from './agreement.ts';
import { ELEMENTWISE } from './operations/elementwise.ts';
import { PRODUCTS } from './operations/products.ts';
import { REDUCTIONS } from './operations/reductions.ts';
import { STRUCTURE } from './operations/structure.ts';
import { WINDOWS } from './operations/windows.ts';

const named = (results: readonly Tensor[], what: string): Record<string, Tensor> =>
  Object.fromEntries(results.map((result, index) => [`${what} ${index}`, result]));

test.each([...ELEMENTWISE, ...REDUCTIONS, ...STRUCTURE, ...PRODUCTS, ...WINDOWS])(
  '$name',
  async ({ name, operands, compute, varied }) => {
    const results = (given: Readonly<Record<string, Tensor>>): readonly Tensor[] => [compute(given)].flat();
    await expectAgreement(functionStep(name, operands, (batch) => named(results(batch), 'result')));
    if (varied.length === 0) return;
    const gradients = functionStep(`the gradient of ${name}`, operands, (batch) => {
      const loss = (...values: Tensor[]): Tensor => {
        const given = { ...batch, ...Object.fromEntries(varied.map((key, index) => [key, values[index] as Tensor])) };
        return tf.addN(results(given).map((result) => tf.sum(tf.square(tf.cast(result, 'float32')))));
      };
      return named(tf.grads(loss)(varied.map((key) => batch[key] as Tensor)), 'gradient');
    });
    await expectAgreement(gradients);
  },
);
