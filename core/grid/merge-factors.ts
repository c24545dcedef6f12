import { ABSENT, type FactorLeaf, leafDigit, leafLength, type Space } from '../space/space.ts';
import { levelAt, levelCount } from '../study/levels.ts';
import type { StudyFactor, StudyLevel } from '../study/study.ts';

/** Levels of a factor that is in both, unless they are the same. */
export const MAX_MERGED_LEVELS = 10_000;

export interface MergedFactors {
  /** Those of the first, each with its levels in their places, then what the second has besides. */
  readonly factors: readonly StudyFactor[];
  /** A space of the second, in the digits of the merged factors. */
  renumber(space: Space): Space;
}

/** What keeps two lists of factors from being one. */
export interface FactorConflict {
  readonly factor: string;
  readonly message: string;
}

/** Digits of the first list stay what they are, so that grid indices over them do. */
export function mergeFactors(
  first: readonly StudyFactor[],
  second: readonly StudyFactor[],
): MergedFactors | { readonly conflict: FactorConflict } {
  const digitMaps = new Map<string, readonly number[]>();
  const merged = new Map(first.map((factor) => [factor.name, factor]));
  for (const factor of second) {
    const known = merged.get(factor.name);
    if (known === undefined) merged.set(factor.name, factor);
    else if (JSON.stringify(known.levels) !== JSON.stringify(factor.levels)) {
      const both = mergeLevels(known, factor);
      if ('conflict' in both) return both;
      merged.set(factor.name, { name: factor.name, levels: both.levels });
      digitMaps.set(factor.name, both.digits);
    }
  }
  return { factors: [...merged.values()], renumber: (space) => renumbered(space, digitMaps) };
}

function mergeLevels(
  a: StudyFactor,
  b: StudyFactor,
):
  | { readonly levels: readonly StudyLevel[]; readonly digits: readonly number[] }
  | { readonly conflict: FactorConflict } {
  const conflict = (message: string) => ({ conflict: { factor: a.name, message } });
  const count = levelCount(a) + levelCount(b);
  if (count > MAX_MERGED_LEVELS)
    return conflict(`at most ${MAX_MERGED_LEVELS} levels of a factor that changes, got ${count}`);
  const levels = Array.from({ length: levelCount(a) }, (_, digit) => levelAt(a, digit));
  const digitOf = new Map(levels.map(({ label }, digit) => [label, digit]));
  const digits: number[] = [];
  for (let digit = 0; digit < levelCount(b); digit++) {
    const level = levelAt(b, digit);
    const found = digitOf.get(level.label);
    if (found === undefined) {
      digitOf.set(level.label, levels.length);
      digits.push(levels.push(level) - 1);
    } else if (sameAssignments(levels[found] as StudyLevel, level)) digits.push(found);
    else return conflict(`the level ${JSON.stringify(level.label)} to set what it has set so far`);
  }
  return { levels, digits };
}

const sameAssignments = (a: StudyLevel, b: StudyLevel): boolean =>
  JSON.stringify(Object.entries(a.assignments).sort()) === JSON.stringify(Object.entries(b.assignments).sort());

function renumbered(space: Space, maps: ReadonlyMap<string, readonly number[]>): Space {
  if (space.kind !== 'factor') return { kind: space.kind, of: space.of.map((part) => renumbered(part, maps)) };
  const map = maps.get(space.factor);
  if (map === undefined) return space;
  const digits = Array.from({ length: leafLength(space) }, (_, i) => {
    const digit = leafDigit(space, i);
    return digit === ABSENT ? ABSENT : (map[digit] as number);
  });
  return { ...space, digits: compact(digits) };
}

function compact(digits: readonly number[]): FactorLeaf['digits'] {
  const from = digits[0] ?? 0;
  return from >= 0 && digits.every((digit, i) => digit === from + i) ? { from, count: digits.length } : digits;
}
