import { type NumericRange, rangeValue } from '../space/numeric-range.ts';
import type { ParameterValue, StudyFactor, StudyLevel } from './study.ts';

/** How many levels a factor has; those of a range are never written down. */
export function levelCount({ levels }: StudyFactor): number {
  return 'count' in levels ? levels.count : 'list' in levels ? levels.list.length : levels.length;
}

/** @param digit in [0, levelCount(factor)). */
export function levelAt({ name, levels }: StudyFactor, digit: number): StudyLevel {
  if ('count' in levels) return rangeLevel(name, levels, digit);
  return 'list' in levels ? valueLevel(name, levels.list[digit] as ParameterValue) : (levels[digit] as StudyLevel);
}

/** The level of a value by itself: it sets the parameter with the factor's name, and its text is its label. */
export function valueLevel(factor: string, value: ParameterValue): StudyLevel {
  return { label: labelOf(value), assignments: { [factor]: value } };
}

export const labelOf = (value: ParameterValue): string =>
  Array.isArray(value) ? `[${value.join(';')}]` : String(value);

export function rangeLevel(factor: string, range: NumericRange, digit: number): StudyLevel {
  return valueLevel(factor, rangeValue(range, digit));
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
