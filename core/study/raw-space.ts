import { factorsOf } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import { ABSENT, ABSENT_LABEL, type FactorLeaf, leafLength, type Space } from '../space/space.ts';
import { labelOf, levelCount, rangeLevel } from './levels.ts';
import type { Axis, Complain } from './read-axis.ts';
import type { ParameterValue, StudyFactor, StudyLevel } from './study.ts';
import type { Path } from './yaml-positions.ts';

/** A space as it was read: its leaves still carry their own levels, and every part its place in the study. */
export type RawSpace =
  | RawLeaf
  | { readonly kind: 'product' | 'zip' | 'union'; readonly of: readonly RawSpace[]; readonly path: Path };

export interface RawLeaf extends Axis {
  readonly kind: 'factor';
  readonly factor: string;
  readonly path: Path;
}

/** A leaf of the study with the place where each of its levels is written. */
export interface PlacedLeaf {
  readonly leaf: FactorLeaf;
  readonly placeOf: (position: number) => Path;
}

/** In the place of a level where a drawn configuration does not have the factor. */
export const NO_LEVEL: StudyLevel = { label: ABSENT_LABEL, assignments: {} };

/** Longer lists of plain values are stored as such. */
const MAX_SPELT_OUT = 64;

/** A factor that stands at several places has its levels written down, so that equal ones get one digit. */
const MAX_MERGED = 10_000;

export function rawLeaves(space: RawSpace): readonly RawLeaf[] {
  return space.kind === 'factor' ? [space] : space.of.flatMap(rawLeaves);
}

/** The factors of a part, each with its first place. */
export function rawFactors(space: RawSpace): ReadonlyMap<string, Path> {
  return new Map([...rawLeaves(space)].reverse().map(({ factor, path }) => [factor, path]));
}

function axisLength({ levels }: Axis): number {
  // A distribution has no levels; a space with one is drawn from before anything is counted.
  return 'low' in levels ? 1 : 'count' in levels ? levels.count : levels.length;
}

export function rawSize(space: RawSpace): number {
  switch (space.kind) {
    case 'factor':
      return axisLength(space) + (space.when === undefined ? 0 : 1);
    case 'product':
      return space.of.reduce((size, part) => size * rawSize(part), 1);
    case 'zip':
      return space.of[0] ? rawSize(space.of[0]) : 1;
    case 'union':
      return space.of.reduce((size, part) => size + rawSize(part), 0);
  }
}

/** Gives every factor its list of levels and every leaf its digits in it. */
export function collectFactors(
  raw: RawSpace,
  complain: Complain,
): { readonly factors: readonly StudyFactor[]; readonly space: Space; readonly placed: readonly PlacedLeaf[] } {
  const leaves = rawLeaves(raw);
  checkConditions(leaves, complain);
  const names = [...new Set(leaves.map(({ factor }) => factor))];
  const digits = new Map<RawLeaf, FactorLeaf['digits']>();
  const factors = names.map((name): StudyFactor => {
    const own = leaves.filter(({ factor }) => factor === name);
    return {
      name,
      levels: own.length === 1 ? keep(own[0] as RawLeaf, digits, complain) : merge(own, digits, complain),
    };
  });
  const placed: PlacedLeaf[] = [];
  const toSpace = (part: RawSpace): Space => {
    if (part.kind !== 'factor') return simplified({ kind: part.kind, of: part.of.map(toSpace) });
    const leaf: FactorLeaf = {
      kind: 'factor',
      factor: part.factor,
      digits: digits.get(part) ?? [],
      ...(part.when === undefined ? {} : { when: part.when }),
    };
    placed.push({ leaf, placeOf: part.placeOf });
    return leaf;
  };
  return { factors, space: toSpace(raw), placed };
}

/** A product inside a product is one product: counting and grouping then see its factors one by one. */
function simplified(space: Exclude<Space, FactorLeaf>): Space {
  const of = space.of.flatMap((part) => (part.kind === space.kind && part.kind !== 'zip' ? part.of : [part]));
  return of.length === 1 && space.kind !== 'product' ? (of[0] as Space) : { kind: space.kind, of };
}

function keep(leaf: RawLeaf, digits: Map<RawLeaf, FactorLeaf['digits']>, complain: Complain): StudyFactor['levels'] {
  if (!('count' in leaf.levels)) return shortened(leaf.factor, merge([leaf], digits, complain));
  digits.set(leaf, { from: 0, count: leaf.levels.count });
  return leaf.levels;
}

function merge(
  leaves: readonly RawLeaf[],
  digits: Map<RawLeaf, FactorLeaf['digits']>,
  complain: Complain,
): readonly StudyLevel[] {
  const levels: StudyLevel[] = [];
  const digitOf = new Map<string, number>();
  for (const leaf of leaves) {
    if ('count' in leaf.levels && leaf.levels.count > MAX_MERGED) {
      complain(
        leaf.path,
        `Expected at most ${MAX_MERGED} levels of a factor that stands at several places, got ${leaf.levels.count}`,
      );
      continue;
    }
    const own = listed(leaf).map((level, i) => {
      if (level === NO_LEVEL) return ABSENT;
      const found = digitOf.get(level.label);
      if (found === undefined) {
        digitOf.set(level.label, levels.length);
        return levels.push(level) - 1;
      }
      if (!sameAssignments(levels[found] as StudyLevel, level))
        complain(
          leaf.placeOf(i),
          `Expected one meaning of ${JSON.stringify(level.label)} for ${leaf.factor}, got two. Label one of them differently`,
        );
      return found;
    });
    digits.set(leaf, compact(own));
  }
  return levels;
}

function listed({ factor, levels }: RawLeaf): readonly StudyLevel[] {
  if ('low' in levels)
    throw new Error(`Expected ${factor} to be drawn before its levels are collected, got a distribution.`);
  if (!('count' in levels)) return levels;
  return Array.from({ length: levels.count }, (_, i) => rangeLevel(factor, levels, i));
}

function shortened(factor: string, levels: readonly StudyLevel[]): StudyFactor['levels'] {
  const plain = ({ label, assignments }: StudyLevel): boolean =>
    Object.keys(assignments).join() === factor && labelOf(assignments[factor] as ParameterValue) === label;
  if (levels.length <= MAX_SPELT_OUT || !levels.every(plain)) return levels;
  return { list: levels.map(({ assignments }) => assignments[factor] as ParameterValue) };
}

function sameAssignments(a: StudyLevel, b: StudyLevel): boolean {
  const sorted = ({ assignments }: StudyLevel) => JSON.stringify(Object.entries(assignments).sort());
  return sorted(a) === sorted(b);
}

function compact(digits: readonly number[]): FactorLeaf['digits'] {
  const from = digits[0] ?? 0;
  return digits.every((digit, i) => digit === from + i) ? { from, count: digits.length } : digits;
}

/** A condition reads factors that were written before its own: none can depend on itself. */
function checkConditions(leaves: readonly RawLeaf[], complain: Complain): void {
  const before = new Set<string>();
  for (const { factor, when, path } of leaves) {
    if (when !== undefined) {
      const at = [...path, 'when'];
      const parsed = parseConstraint(when);
      if (!parsed.ok) complain(at, `${parsed.message} (character ${parsed.offset + 1})`);
      else
        for (const [name, offset] of factorsOf(parsed.expression)) {
          if (before.has(name) && name !== factor) continue;
          complain(
            at,
            `Expected a factor that stands before ${factor} (${[...before].join(', ') || 'there is none'}), got ${JSON.stringify(name)} (character ${offset + 1}). Put text in quotes`,
          );
        }
    }
    before.add(factor);
  }
}

/** Whether a space is every combination of all levels, which a study need not say. */
export function isPlain(space: Space, factors: readonly StudyFactor[]): boolean {
  return (
    space.kind === 'product' &&
    space.of.length === factors.length &&
    space.of.every(
      (leaf, i) =>
        leaf.kind === 'factor' &&
        leaf.when === undefined &&
        leaf.factor === factors[i]?.name &&
        'count' in leaf.digits &&
        leafLength(leaf) === levelCount(factors[i] as StudyFactor),
    )
  );
}
