import { type NumericRange, rangeValue } from '../space/numeric-range.ts';
import type { StudyFactor, StudyLevel } from './study.ts';

/** How many levels a factor has; those of a range are never written down. */
export function levelCount({ levels }: StudyFactor): number {
  return 'count' in levels ? levels.count : levels.length;
}

/** @param digit in [0, levelCount(factor)). */
export function levelAt({ name, levels }: StudyFactor, digit: number): StudyLevel {
  return 'count' in levels ? rangeLevel(name, levels, digit) : (levels[digit] as StudyLevel);
}

export function rangeLevel(factor: string, range: NumericRange, digit: number): StudyLevel {
  const value = rangeValue(range, digit);
  return { label: String(value), assignments: { [factor]: value } };
}

/** The labels of a factor's first `limit` levels. */
export function firstLabels(factor: StudyFactor, limit: number): string[] {
  return Array.from({ length: Math.min(limit, levelCount(factor)) }, (_, digit) => levelAt(factor, digit).label);
}

/** The level with this label; visits the levels one by one. */
export function digitOfLabel(factor: StudyFactor, label: string): number | undefined {
  for (let digit = 0; digit < levelCount(factor); digit++) if (levelAt(factor, digit).label === label) return digit;
  return undefined;
}
