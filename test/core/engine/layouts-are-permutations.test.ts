import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Layout } from '../../../engine/onnx/layout.ts';
import { isReshape, NCHW, OIHW, permutationBetween, physicalShape, withoutAxes } from '../../../engine/onnx/layout.ts';
import { elementCount } from '../../../engine/shape.ts';

/** A shape and two layouts of it. */
const laidOut = fc.integer({ min: 1, max: 4 }).chain((rank) => {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const layout = fc.shuffledSubarray(axes, { minLength: rank });
  return fc.tuple(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank, maxLength: rank }), layout, layout);
});

/** Logical positions in the order in which a layout puts them in memory. */
function inMemory(shape: readonly number[], layout: Layout): string[] {
  const sizes = physicalShape(shape, layout);
  return Array.from({ length: elementCount(shape) }, (_, index) => {
    const at = new Array<number>(shape.length).fill(0);
    let rest = index;
    for (let position = sizes.length - 1; position >= 0; position--) {
      at[layout[position] as number] = rest % (sizes[position] as number);
      rest = Math.floor(rest / (sizes[position] as number));
    }
    return at.join();
  });
}

test('images and filters', () => {
  expect(physicalShape([64, 28, 20, 3], NCHW)).toEqual([64, 3, 28, 20]);
  expect(physicalShape([3, 5, 8, 16], OIHW)).toEqual([16, 8, 3, 5]);
});

test('a transposition turns one layout into the other', () => {
  void fc.assert(
    fc.property(laidOut, ([shape, from, to]) => {
      const before = physicalShape(shape, from);
      expect(permutationBetween(from, to).map((position) => before[position])).toEqual(physicalShape(shape, to));
    }),
  );
});

test('a change of layout is a reshape exactly where no element moves', () => {
  void fc.assert(
    fc.property(laidOut, ([shape, from, to]) => {
      const stays = inMemory(shape, from).join(' ') === inMemory(shape, to).join(' ');
      expect(isReshape(shape, from, to)).toBe(stays);
    }),
  );
});

test('removing axes leaves the others in their order in memory', () => {
  void fc.assert(
    fc.property(laidOut, fc.array(fc.integer({ min: 0, max: 3 })), ([shape, layout], removed) => {
      const rest = shape.filter((_, axis) => !removed.includes(axis));
      const expected = layout.filter((axis) => !removed.includes(axis)).map((axis) => shape[axis]);
      expect(physicalShape(rest, withoutAxes(layout, [...new Set(removed)]))).toEqual(expected);
    }),
  );
});
