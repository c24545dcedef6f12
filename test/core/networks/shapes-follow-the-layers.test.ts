import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMultiplyAccumulates, countParameters } from '../../../core/networks/counts.ts';
import type { Layer, NetworkDescription } from '../../../core/networks/description.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { listWeights } from '../../../core/networks/weights.ts';

const conv = (filters: number, size: number, pad: number): Layer => ({
  kind: 'conv',
  name: 'conv',
  filters,
  size,
  pad,
  relu: true,
});
const pool = (size: number, stride: number): Layer => ({ kind: 'max-pool', name: 'pool', size, stride });
const HEAD: readonly Layer[] = [
  { kind: 'flatten', name: 'flatten' },
  { kind: 'dense', name: 'fc', units: 10, relu: false },
];

function network(side: number, channels: number, layers: readonly Layer[]): NetworkDescription {
  return { title: 'tiny', side, channels, classes: 10, layers: [...layers, ...HEAD] };
}

describe('shape inference', () => {
  it('counts the windows that fit, for every size, padding and stride', () => {
    const sizes = fc.record({
      side: fc.integer({ min: 1, max: 40 }),
      size: fc.integer({ min: 1, max: 7 }),
      pad: fc.integer({ min: 0, max: 3 }),
      stride: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(sizes, ({ side, size, pad, stride }) => {
        fc.pre(side + 2 * pad >= size && side >= size);
        const starts = (length: number, step: number): number =>
          Array.from({ length }, (_, start) => start).filter((start) => start % step === 0 && start + size <= length)
            .length;
        const [convolved] = inferShapes(network(side, 3, [conv(5, size, pad)]));
        expect(convolved?.output).toEqual([starts(side + 2 * pad, 1), starts(side + 2 * pad, 1), 5]);
        const [pooled] = inferShapes(network(side, 3, [pool(size, stride)]));
        expect(pooled?.output).toEqual([starts(side, stride), starts(side, stride), 3]);
      }),
    );
  });

  it('counts what its weights hold and what its outputs cost', () => {
    const description = network(6, 2, [conv(4, 3, 1), pool(2, 2)]);
    expect(listWeights(description)).toEqual([
      { name: 'conv/kernel', layer: 'conv', role: 'kernel', shape: [3, 3, 2, 4], fanIn: 18 },
      { name: 'conv/bias', layer: 'conv', role: 'bias', shape: [4], fanIn: 18 },
      { name: 'fc/kernel', layer: 'fc', role: 'kernel', shape: [36, 10], fanIn: 36 },
      { name: 'fc/bias', layer: 'fc', role: 'bias', shape: [10], fanIn: 36 },
    ]);
    expect(countParameters(description)).toBe(3 * 3 * 2 * 4 + 4 + 36 * 10 + 10);
    expect(countMultiplyAccumulates(description)).toBe(6 * 6 * 4 * 18 + 36 * 10);
  });

  it('names the layer that does not fit', () => {
    expect(() => inferShapes(network(4, 1, [conv(2, 7, 0)]))).toThrow(/input of tiny conv to be at least 7 pixels/);
    expect(() => inferShapes(network(1, 1, [pool(2, 2)]))).toThrow(/input of tiny pool to be at least 2 pixels/);
    const dense: Layer = { kind: 'dense', name: 'early', units: 3, relu: true };
    expect(() => inferShapes(network(4, 1, [dense]))).toThrow(/tiny early to be flat, got \[4, 4, 1\]/);
    const wrong = { ...network(4, 1, []), classes: 11 };
    expect(() => inferShapes(wrong)).toThrow(/Expected tiny to end in \[11\], got \[10\]/);
  });
});
