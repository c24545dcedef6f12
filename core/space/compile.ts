import { gridSize, strides } from '../grid/mixed-radix.ts';
import { type Locator, partAt } from './locator.ts';
import { mayOverlap } from './overlap.ts';
import { ABSENT, type FactorLeaf, leafDigit, leafLength, type Space } from './space.ts';

/** A space as a list of `size` configurations that is never written down. A configuration is one digit for each factor. */
export interface CompiledSpace {
  readonly size: number;
  /** Columns of the factors below. */
  readonly factors: ReadonlySet<number>;
  /** Whether two indices may stand for one configuration; the lower one is the cell then. */
  readonly repeats: boolean;
  /** Whether a factor below has a condition. */
  readonly conditional: boolean;
  /** The direct parts with their strides when this is a product. */
  readonly parts?: readonly { readonly part: CompiledSpace; readonly stride: number }[];
  /** Writes the digits of the factors below; leaves the columns of absent ones alone. @param index in [0, size). */
  write(index: number, digits: number[]): void;
  /** The lowest index of a configuration, the inverse of `write`. */
  find(digits: readonly number[]): number | undefined;
  /** Whether each factor below is there exactly where its condition says so. */
  fits(index: number, isTrue: (condition: string) => boolean): boolean;
  /** The leaf that gives `factor` its digit, and the place in it. */
  leafAt(index: number, factor: number): { readonly leaf: FactorLeaf; readonly position: number } | undefined;
  locator(factor: number): Locator;
  /** Indices that together show every level of every leaf. */
  representatives(): Iterable<number>;
}

/** @param columnOf the column of a factor. @param space one whose parts fit together, see core/study/read-space.ts. */
export function compileSpace(space: Space, columnOf: (factor: string) => number): CompiledSpace {
  switch (space.kind) {
    case 'factor':
      return compileLeaf(space, columnOf(space.factor));
    case 'product':
      return compileProduct(space.of.map((part) => compileSpace(part, columnOf)));
    case 'zip':
      return compileZip(space.of.map((part) => compileSpace(part, columnOf)));
    case 'union':
      return compileUnion(
        space.of.map((part) => compileSpace(part, columnOf)),
        mayOverlap(space.of),
      );
  }
}

function compileLeaf(leaf: FactorLeaf, column: number): CompiledSpace {
  const length = leafLength(leaf);
  const conditional = leaf.when !== undefined;
  const { digits: own } = leaf;
  let places: Map<number, number> | undefined;
  return {
    size: length + (conditional ? 1 : 0),
    factors: new Set([column]),
    // Only the list of a zip may name a level twice.
    repeats: !('count' in own) && new Set(own).size < own.length,
    conditional,
    write(index, digits) {
      if (index < length) digits[column] = leafDigit(leaf, index);
    },
    find(digits) {
      const digit = digits[column] as number;
      if (digit === ABSENT && conditional) return length;
      if ('count' in own) return digit >= own.from && digit < own.from + own.count ? digit - own.from : undefined;
      places ??= new Map([...own.entries()].reverse().map(([place, of]) => [of, place]));
      return places.get(digit);
    },
    fits: (index, isTrue) => leaf.when === undefined || isTrue(leaf.when) === index < length,
    leafAt: (index, factor) => (factor === column && index < length ? { leaf, position: index } : undefined),
    locator: (factor) =>
      factor !== column
        ? { at: 'absent' }
        : 'count' in own
          ? { at: 'run', from: own.from, count: own.count }
          : { at: 'list', digits: own },
    *representatives() {
      for (let i = 0; i < this.size; i++) yield i;
    },
  };
}

function compileProduct(parts: readonly CompiledSpace[]): CompiledSpace {
  const sizes = parts.map((part) => part.size);
  const steps = strides(sizes);
  const withStride = parts.map((part, i) => ({ part, stride: steps[i] as number }));
  const within = (index: number, i: number): number => Math.floor(index / (steps[i] as number)) % (sizes[i] as number);
  return {
    size: gridSize(sizes),
    factors: factorsOf(parts),
    repeats: parts.some((part) => part.repeats),
    conditional: parts.some((part) => part.conditional),
    parts: withStride,
    write(index, digits) {
      let rest = index;
      for (let i = parts.length - 1; i >= 0; i--) {
        const size = sizes[i] as number;
        (parts[i] as CompiledSpace).write(rest % size, digits);
        rest = Math.floor(rest / size);
      }
    },
    find(digits) {
      let index = 0;
      for (const { part, stride } of withStride) {
        const found = part.find(digits);
        if (found === undefined) return undefined;
        index += found * stride;
      }
      return index;
    },
    fits: (index, isTrue) => parts.every((part, i) => !part.conditional || part.fits(within(index, i), isTrue)),
    leafAt(index, factor) {
      const i = parts.findIndex((part) => part.factors.has(factor));
      return parts[i]?.leafAt(within(index, i), factor);
    },
    locator(factor) {
      const found = withStride.find(({ part }) => part.factors.has(factor));
      if (!found) return { at: 'absent' };
      return { at: 'place', stride: found.stride, radix: found.part.size, inner: found.part.locator(factor) };
    },
    *representatives() {
      for (const { part, stride } of withStride) for (const i of part.representatives()) yield i * stride;
    },
  };
}

function compileZip(parts: readonly CompiledSpace[]): CompiledSpace {
  const size = parts[0]?.size ?? 1;
  const factors = factorsOf(parts);
  // A part that never repeats tells the index; else the combinations have to be looked up.
  const telling = parts.find((part) => !part.repeats);
  let indices: Map<string, number> | undefined;

  function write(index: number, digits: number[]): void {
    for (const part of parts) part.write(index, digits);
  }
  const key = (digits: readonly number[]): string => [...factors].map((factor) => digits[factor]).join();
  function digitsOf(index: number): number[] {
    const digits: number[] = [];
    for (const factor of factors) digits[factor] = ABSENT;
    write(index, digits);
    return digits;
  }
  function lookUp(digits: readonly number[]): number | undefined {
    if (indices === undefined) {
      indices = new Map();
      for (let index = size - 1; index >= 0; index--) indices.set(key(digitsOf(index)), index);
    }
    return indices.get(key(digits));
  }

  return {
    size,
    factors,
    repeats: telling === undefined,
    conditional: parts.some((part) => part.conditional),
    write,
    find(digits) {
      if (!telling) return lookUp(digits);
      const index = telling.find(digits);
      return index !== undefined && key(digitsOf(index)) === key(digits) ? index : undefined;
    },
    fits: (index, isTrue) => parts.every((part) => part.fits(index, isTrue)),
    leafAt: (index, factor) => parts.find((part) => part.factors.has(factor))?.leafAt(index, factor),
    locator: (factor) => parts.find((part) => part.factors.has(factor))?.locator(factor) ?? { at: 'absent' },
    *representatives() {
      for (let i = 0; i < size; i++) yield i;
    },
  };
}

function compileUnion(parts: readonly CompiledSpace[], overlap: boolean): CompiledSpace {
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  const factors = factorsOf(parts);
  const at = (index: number) => {
    const i = partAt(starts, index);
    return { part: parts[i] as CompiledSpace, rest: index - (starts[i] as number) };
  };
  return {
    size,
    factors,
    repeats: overlap || parts.some((part) => part.repeats),
    conditional: parts.some((part) => part.conditional),
    write(index, digits) {
      const { part, rest } = at(index);
      part.write(rest, digits);
    },
    find(digits) {
      for (const [i, part] of parts.entries()) {
        if ([...factors].some((factor) => digits[factor] !== ABSENT && !part.factors.has(factor))) continue;
        const found = part.find(digits);
        if (found !== undefined) return (starts[i] as number) + found;
      }
      return undefined;
    },
    fits(index, isTrue) {
      const { part, rest } = at(index);
      return part.fits(rest, isTrue);
    },
    leafAt(index, factor) {
      const { part, rest } = at(index);
      return part.leafAt(rest, factor);
    },
    locator: (factor) =>
      factors.has(factor) ? { at: 'part', starts, parts: parts.map((part) => part.locator(factor)) } : { at: 'absent' },
    *representatives() {
      for (const [i, part] of parts.entries())
        for (const rest of part.representatives()) yield (starts[i] as number) + rest;
    },
  };
}

function factorsOf(parts: readonly CompiledSpace[]): ReadonlySet<number> {
  return new Set(parts.flatMap((part) => [...part.factors]));
}
