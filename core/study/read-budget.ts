import type { Budget } from '../budget/budget.ts';
import { type Complain, isMapping, shown } from './read-axis.ts';

const HOUR_MS = 3_600_000;
const KEYS = ['cells', 'deviceHours', 'wallHours'];

/** Reads `budget`. @returns undefined when there is none, or after a complaint. */
export function readBudget(value: unknown, complain: Complain): Budget | undefined {
  if (value === undefined) return undefined;
  if (!isMapping(value) || Object.keys(value).length === 0) {
    complain(
      ['budget'],
      `Expected { cells: 100, deviceHours: 12, wallHours: 48 } or some of these, got ${shown(value)}`,
    );
    return undefined;
  }
  let good = true;
  for (const [key, limit] of Object.entries(value)) {
    const known = KEYS.includes(key);
    const right = typeof limit === 'number' && limit > 0 && Number.isFinite(limit);
    if (known && right && (key !== 'cells' || Number.isInteger(limit))) continue;
    good = false;
    const wanted = known
      ? `${key} to be a ${key === 'cells' ? 'whole ' : ''}number above 0`
      : `one of ${KEYS.join(', ')}`;
    complain(['budget', key], `Expected ${wanted}, got ${known ? shown(limit) : JSON.stringify(key)}`);
  }
  if (!good) return undefined;
  const { cells, deviceHours, wallHours } = value as { cells?: number; deviceHours?: number; wallHours?: number };
  return {
    ...(cells === undefined ? {} : { cells }),
    ...(deviceHours === undefined ? {} : { deviceMs: deviceHours * HOUR_MS }),
    ...(wallHours === undefined ? {} : { wallMs: wallHours * HOUR_MS }),
  };
}
