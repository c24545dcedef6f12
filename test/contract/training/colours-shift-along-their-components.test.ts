import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integer } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { colourComponents, createColourShift } from '../../../worker/training/data/colour.ts';
import type { StoredImageSet } from '../../../worker/training/data/dataset.ts';
import { symmetricEigen } from '../../../worker/training/data/symmetric-eigen.ts';
import { scalePixels, scalingOf } from '../../../worker/training/networks/pixel-scaling.ts';
import { expectAgreement, functionStep, runOn } from '../executors/agreement.ts';

const entry = fc.double({ min: -10, max: 10, noNaN: true });

describe('eigenvectors of a symmetric matrix', () => {
  it('satisfy A v = λ v, are orthonormal, and come by size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(entry, { minLength: 10, maxLength: 10 }),
        (size, entries) => {
          const at = (i: number, j: number): number =>
            entries[(Math.max(i, j) * (Math.max(i, j) + 1)) / 2 + Math.min(i, j)] ?? 0;
          const matrix = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => at(i, j)));
          const pairs = symmetricEigen(matrix);
          for (const [index, { value, vector }] of pairs.entries()) {
            for (const [i, row] of matrix.entries()) {
              const product = row.reduce((sum, a, j) => sum + a * (vector[j] ?? 0), 0);
              expect(product).toBeCloseTo(value * (vector[i] ?? 0), 8);
            }
            for (const [other, pair] of pairs.entries()) {
              const dot = vector.reduce((sum, a, i) => sum + a * (pair.vector[i] ?? 0), 0);
              expect(dot).toBeCloseTo(Number(other === index), 10);
            }
            expect(value).toBeLessThanOrEqual(pairs[index - 1]?.value ?? Number.POSITIVE_INFINITY);
          }
        },
      ),
    );
  });
});

describe('the colour shift', () => {
  it('finds the direction in which the colours of a set vary', () => {
    const stream = createStream(1, 'test');
    const count = 500;
    const pixels = new Uint8Array(count * 7 * 7 * 3);
    for (let i = 0; i < pixels.length; i += 3) {
      const light = integer(stream, 100);
      pixels.set([50 + light, 50 + 2 * light, 20], i);
    }
    const images: StoredImageSet = {
      kind: 'stored',
      count,
      side: 7,
      channels: 3,
      pixels,
      labels: new Uint16Array(count),
    };
    const [first, second] = colourComponents(images);
    expect(first?.vector[0]).toBeCloseTo(1 / Math.sqrt(5), 3);
    expect(first?.vector[1]).toBeCloseTo(2 / Math.sqrt(5), 3);
    // Variance of an even spread over 100 grey levels, times 1² + 2².
    expect(first?.value).toBeCloseTo((5 * (100 ** 2 - 1)) / 12 / 255 ** 2, 2);
    expect(second?.value).toBeCloseTo(0, 6);
  });

  it('has the deviation α λ along each component, and belongs to the image alone', () => {
    const components = [
      { value: 0.2, vector: [0.6, 0.8] },
      { value: 0.05, vector: [-0.8, 0.6] },
    ];
    const shift = createColourShift(components, 0.1, 1, 1);
    const count = 4000;
    for (const { value, vector } of components) {
      const along = Array.from({ length: count }, (_, place) =>
        shift(place).reduce((sum, s, channel) => sum + s * (vector[channel] ?? 0), 0),
      );
      const deviation = Math.sqrt(along.reduce((sum, s) => sum + s * s, 0) / count);
      expect(Math.abs(deviation / (0.1 * value) - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
    }
    expect(createColourShift(components, 0.1, 1, 1)(77)).toEqual(shift(77));
    expect(createColourShift(components, 0.1, 1, 2)(77)).not.toEqual(shift(77));
  });
});

describe('grey levels in a step', () => {
  const facts = { mean: [0.25, 0.5, 0.75], deviation: [0.5, 0.25, 0.1] };
  const shape = [2, 2, 3, 3];
  const images = { shape, data: Uint8Array.from({ length: 36 }, (_, i) => (i * 37) % 256) };
  const shifts = { shape: [2, 3], data: Float32Array.from([0.1, -0.2, 0.05, 0, 0.3, -0.1], (shift) => 255 * shift) };

  it.each(['standardise', 'subtract-mean'] as const)(
    'are what a network sees by %s, plus the shift of their image',
    async (mode) => {
      const run = functionStep('scaling', { images, shifts }, (batch) => ({
        plain: scalePixels(batch.images as Tensor, scalingOf(facts, mode)),
        shifted: scalePixels(batch.images as Tensor, scalingOf(facts, mode), batch.shifts),
      }));
      await expectAgreement(run);
      const results = await runOn(createOnnxExecutor({ threads: 1 }), run);
      for (const [name, result] of Object.entries(results)) {
        expect(result.shape).toEqual(shape);
        for (const [i, value] of result.data.entries()) {
          const c = i % 3;
          const shift = name === 'plain' ? 0 : (shifts.data[Math.floor(i / 18) * 3 + c] ?? 0) / 255;
          const centred = (images.data[i] ?? 0) / 255 - (facts.mean[c] ?? 0) + shift;
          const expected = mode === 'standardise' ? centred / (facts.deviation[c] ?? 1) : centred * 255;
          expect(Math.abs(value - expected)).toBeLessThan(1e-4);
        }
      }
    },
  );
});
