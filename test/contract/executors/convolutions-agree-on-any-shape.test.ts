import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { convolutionProblem } from '../../../engine/onnx/lowering/convolution-problem.ts';
import { chooseFormulation } from '../../../engine/onnx/lowering/filter-gradient.ts';
import { isFolded } from '../../../engine/onnx/lowering/folded-convolution.ts';
import type { Run } from './agreement.ts';
import { createUniform, expectAgreement, functionStep, randomTensor } from './agreement.ts';

interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid' | number;
}

/** A convolution with bias, and the gradients of a weighted sum of its outputs in its three operands. */
function convolutionRun(
  { batch, height, width, channels, filters, size, strides, pad }: Convolution,
  seed: number,
): Run {
  const uniform = createUniform(seed);
  const x = randomTensor([batch, height, width, channels], uniform);
  const w = randomTensor([...size, channels, filters], uniform);
  const b = randomTensor([filters], uniform);
  const stepOf = ([vertical, horizontal]: readonly [number, number]): [number, number] => [vertical, horizontal];
  const shape = tf.backend_util.computeConv2DInfo(
    [batch, height, width, channels],
    [...size, channels, filters],
    stepOf(strides),
    1,
    pad,
  ).outShape;
  return functionStep('convolution', { x, w, b, weight: randomTensor(shape, uniform) }, (given) => {
    const layer = (maps: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
      tf.add(tf.conv2d(maps as Tensor4D, kernel as Tensor4D, stepOf(strides), pad), bias);
    const operands = [given.x, given.w, given.b] as tf.Tensor[];
    const [dx, dw, db] = tf.grads((...args: tf.Tensor[]) =>
      tf.mul(layer(args[0] as tf.Tensor, args[1] as tf.Tensor, args[2] as tf.Tensor), given.weight as tf.Tensor),
    )(operands);
    return {
      y: layer(...(operands as [tf.Tensor, tf.Tensor, tf.Tensor])),
      dx: dx as tf.Tensor,
      dw: dw as tf.Tensor,
      db: db as tf.Tensor,
    };
  });
}

const convolutions = (batch: fc.Arbitrary<number>, side: fc.Arbitrary<number>): fc.Arbitrary<Convolution> =>
  fc
    .record({
      batch,
      height: side,
      width: side,
      channels: fc.constantFrom(1, 2, 3, 9, 16),
      filters: fc.constantFrom(1, 2, 5, 16),
      size: fc.constantFrom([1, 1], [3, 3], [5, 5], [2, 3]) as fc.Arbitrary<[number, number]>,
      strides: fc.constantFrom([1, 1], [1, 1], [2, 2], [2, 1], [3, 3]) as fc.Arbitrary<[number, number]>,
      pad: fc.constantFrom('same', 'valid', 1, 0) as fc.Arbitrary<'same' | 'valid' | number>,
    })
    .filter(({ height, width, size, strides, pad }) => {
      // For a number, tfjs reads height and width as one.
      if (typeof pad === 'number' && (size[0] !== size[1] || strides[0] !== strides[1])) return false;
      const border = pad === 'same' ? 9 : pad === 'valid' ? 0 : 2 * pad;
      return height + border >= size[0] && width + border >= size[1];
    });

test('forward, input, filter and bias gradients agree on random shapes', async () => {
  await fc.assert(
    fc.asyncProperty(
      convolutions(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })),
      fc.nat(),
      (shape, seed) => expectAgreement(convolutionRun(shape, seed)),
    ),
    { numRuns: 60, seed: 3 },
  );
});

test('they agree where many images have few pixels each', async () => {
  await fc.assert(
    fc.asyncProperty(
      convolutions(fc.integer({ min: 15, max: 33 }), fc.integer({ min: 1, max: 4 })),
      fc.nat(),
      (shape, seed) => expectAgreement(convolutionRun(shape, seed)),
    ),
    { numRuns: 40, seed: 5 },
  );
});

/** One shape for each way in which a convolution can be lowered. */
const pathways: readonly (readonly [string, Convolution])[] = [
  ['folded', { batch: 3, height: 3, width: 4, channels: 17, filters: 16, size: [3, 3], strides: [1, 1], pad: 'same' }],
  ['folded', { batch: 2, height: 7, width: 7, channels: 16, filters: 20, size: [5, 5], strides: [1, 1], pad: 'valid' }],
  [
    'batched-columns',
    { batch: 2, height: 9, width: 7, channels: 1, filters: 8, size: [3, 3], strides: [1, 1], pad: 'same' },
  ],
  [
    'batched-columns',
    { batch: 2, height: 6, width: 8, channels: 8, filters: 4, size: [1, 1], strides: [1, 1], pad: 0 },
  ],
  [
    'flat-shifts',
    { batch: 2, height: 5, width: 6, channels: 9, filters: 16, size: [3, 3], strides: [1, 1], pad: 'same' },
  ],
  [
    'flat-shifts',
    { batch: 2, height: 8, width: 6, channels: 12, filters: 4, size: [5, 5], strides: [1, 1], pad: 'valid' },
  ],
  [
    'convolution',
    { batch: 2, height: 11, width: 10, channels: 4, filters: 5, size: [3, 3], strides: [2, 2], pad: 'valid' },
  ],
];
test.each(pathways)('the pathway %s agrees: %o', async (pathway, shape) => {
  const run = convolutionRun(shape, 11);
  const { x, weight } = run.step.signature.batch;
  const problem = convolutionProblem(x?.shape ?? [], weight?.shape ?? [], {
    filter: shape.size,
    strides: shape.strides,
    dilations: [1, 1],
    padding: [0, 0, 0, 0],
  });
  expect(isFolded(problem) ? 'folded' : chooseFormulation(problem)).toBe(pathway);
  await expectAgreement(run);
});
