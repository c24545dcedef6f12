import { TickworkError } from '../errors.ts';
import type { Grid } from '../grid/grid.ts';
import { digitAt, type Locator } from '../space/locator.ts';
import type { Aggregate } from '../statistics/aggregate.ts';
import type { Study } from '../study/study.ts';

/** Which factors a table keeps. A grid index carries its levels as digits, so a database can group without joining. */
export interface Grouping {
  readonly factors: readonly string[];
  readonly locators: readonly Locator[];
}

/** Grid indices, both ends included. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

export interface GroupedAggregate {
  /** One digit for each factor of the grouping; ABSENT where the cells do not have it. */
  readonly digits: readonly number[];
  readonly metric: string;
  readonly aggregate: Aggregate;
}

/** @param names factors in the wanted order; empty means all. @throws TickworkError ARGUMENT_INVALID for an unknown factor. */
export function createGrouping(study: Study, grid: Grid, names: readonly string[]): Grouping {
  const all = study.factors.map((factor) => factor.name);
  const factors = names.length > 0 ? names : all;
  const locators = factors.map((name, i) => {
    const at = all.indexOf(name);
    if (at < 0 || factors.indexOf(name) !== i) {
      const message = `Expected each of group_by to be a factor of the study (${all.join(', ')}), once, got ${JSON.stringify(name)}.`;
      throw new TickworkError('ARGUMENT_INVALID', message, { violations: [{ field: `group_by[${i}]`, message }] });
    }
    return grid.locator(at);
  });
  return { factors, locators };
}

export function groupOf(grouping: Grouping, gridIndex: number): number[] {
  return grouping.locators.map((locator) => digitAt(locator, gridIndex));
}

export const groupKey = (digits: readonly number[]): string => digits.join(',');
