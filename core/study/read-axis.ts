import type { Distribution } from '../search/distribution.ts';
import { countOfSteps, type NumericRange, rangeValue } from '../space/numeric-range.ts';
import type { Complaint } from './complaint.ts';
import { labelOf, valueLevel } from './levels.ts';
import { levelSchema, type ParameterValue, type StudyLevel } from './study.ts';
import type { Path } from './yaml-positions.ts';

/** The levels of one factor as the study spells them at one place. */
export interface Axis {
  readonly levels: readonly StudyLevel[] | NumericRange | Distribution;
  /** Where a level is written. */
  readonly placeOf: (position: number) => Path;
  readonly when?: string;
}

export type Complain = (path: Path, message: string) => void;

/** Levels that a list or a range may have. */
const MAX_LISTED = 100_000;
const MAX_RANGE = 10_000_000;
const DISTRIBUTIONS = {
  uniform: { scale: 'uniform' },
  logUniform: { scale: 'log-uniform' },
  integer: { scale: 'uniform', integer: true },
  logInteger: { scale: 'log-uniform', integer: true },
} as const satisfies Record<string, Omit<Distribution, 'low' | 'high'>>;
const RANGE_KEYS = ['from', 'to', 'step', 'count', 'scale', 'integer', 'when'];
const FORMS =
  'a list of levels, a range such as { from: 1, to: 9, step: 2 } or { from: 1e-4, to: 0.1, count: 4, scale: log }, { values: [...], when: CONSTRAINT }, or, with a sampler, { uniform: [0, 1] }, logUniform, integer or logInteger';

/** @returns undefined after a complaint. */
export function readAxis(factor: string, value: unknown, path: Path, complain: Complain): Axis | undefined {
  if (Array.isArray(value)) return readList(factor, value, path, complain);
  const drawn = isMapping(value) ? distributionName(value) : undefined;
  if (!isMapping(value) || !('values' in value || 'from' in value || drawn !== undefined)) {
    complain(path, `Expected ${FORMS}, got ${shown(value)}`);
    return undefined;
  }
  const known = drawn ? [drawn, 'quantum', 'when'] : 'values' in value ? ['values', 'when'] : RANGE_KEYS;
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  for (const key of unknown)
    complain([...path, key], `Expected one of ${known.join(', ')}, got ${JSON.stringify(key)}`);
  const { when } = value;
  if (when !== undefined && (typeof when !== 'string' || when.length === 0))
    complain([...path, 'when'], `Expected a constraint, got ${shown(when)}`);
  if (unknown.length > 0 || (when !== undefined && typeof when !== 'string')) return undefined;
  const read = drawn ? readDistribution : 'values' in value ? readValues : readRange;
  const axis = read(factor, value, path, complain);
  return axis && when !== undefined ? { ...axis, when } : axis;
}

function readValues(factor: string, { values }: Mapping, path: Path, complain: Complain): Axis | undefined {
  if (Array.isArray(values)) return readList(factor, values, [...path, 'values'], complain);
  complain([...path, 'values'], `Expected a list of levels, got ${shown(values)}`);
  return undefined;
}

function readList(factor: string, list: readonly unknown[], path: Path, complain: Complain): Axis | undefined {
  if (list.length === 0) complain(path, 'Expected at least one level, got an empty axis');
  if (list.length > MAX_LISTED)
    complain(path, `Expected at most ${MAX_LISTED} levels, got ${list.length}. Write a range`);
  const levels = list.slice(0, MAX_LISTED).flatMap((item, i) => readLevel(factor, item, [...path, i], complain) ?? []);
  if (levels.length === 0 || levels.length < list.length) return undefined;
  return { levels, placeOf: (position) => [...path, position] };
}

/** One level: a value, or a mapping of parameters to values with a label. */
export function readLevel(factor: string, value: unknown, path: Path, complain: Complain): StudyLevel | undefined {
  const checked = levelSchema.safeParse(value);
  if (!checked.success) {
    for (const issue of checked.error.issues)
      complain(
        [...path, ...(issue.path as Path)],
        issue.message.replace(/^Invalid input: e/, 'E').replace(/received/, 'got'),
      );
    return undefined;
  }
  const level = checked.data;
  if (typeof level !== 'object' || Array.isArray(level)) return valueLevel(factor, level);
  const { label, ...assignments } = level as Record<string, ParameterValue>;
  return {
    label: label === undefined ? Object.values(assignments).map(labelOf).join(' ') : String(label),
    assignments,
  };
}

function readRange(_: string, value: Mapping, path: Path, complain: Complain): Axis | undefined {
  const { from, to, step, count, scale = 'linear', integer } = value;
  const complaints: Complaint[] = [];
  const wrong = (key: string, wanted: string): void =>
    void complaints.push({
      path: [...path, key],
      message: `Expected ${key} to be ${wanted}, got ${shown(value[key])}`,
    });
  if (!isNumber(from)) wrong('from', 'a finite number');
  if (!isNumber(to)) wrong('to', 'a finite number');
  if (isNumber(from) && isNumber(to) && from >= to) wrong('to', `above from (${from})`);
  if (scale !== 'linear' && scale !== 'log') wrong('scale', 'linear or log');
  if (scale === 'log' && isNumber(from) && from <= 0) wrong('from', 'above 0 where scale is log');
  if (integer !== undefined && integer !== true) wrong('integer', 'true, or not there');
  if ((step === undefined) === (count === undefined))
    complaints.push({ path, message: 'Expected either step or count, got both or neither' });
  if (step !== undefined && !(isNumber(step) && step > 0)) wrong('step', 'a number above 0');
  if (step !== undefined && scale === 'log') wrong('step', 'left out where scale is log: give count');
  if (count !== undefined && !(Number.isInteger(count) && (count as number) >= 2))
    wrong('count', 'a whole number, at least 2');
  if (complaints.length === 0) {
    const range = rangeOf(from as number, to as number, step as number | undefined, count as number | undefined, {
      scale: scale as 'linear' | 'log',
      ...(integer === true ? { integer } : {}),
    });
    if (range.count > MAX_RANGE)
      complaints.push({ path, message: `Expected at most ${MAX_RANGE} levels, got ${range.count}` });
    else if (integer === true && !isDistinct(range))
      complaints.push({
        path,
        message: `Expected ${range.count} different whole numbers from ${from} to ${to}, got some twice. Lower count`,
      });
    else return { levels: range, placeOf: () => path };
  }
  for (const complaint of complaints) complain(complaint.path, complaint.message);
  return undefined;
}

const distributionName = (value: Mapping): keyof typeof DISTRIBUTIONS | undefined =>
  (Object.keys(DISTRIBUTIONS) as (keyof typeof DISTRIBUTIONS)[]).find((name) => Array.isArray(value[name]));

function readDistribution(_: string, value: Mapping, path: Path, complain: Complain): Axis | undefined {
  const name = distributionName(value) as keyof typeof DISTRIBUTIONS;
  const kind = DISTRIBUTIONS[name];
  const { quantum } = value;
  const [low, high, ...more] = value[name] as readonly unknown[];
  const isGood = 'integer' in kind ? (bound: unknown): bound is number => Number.isSafeInteger(bound) : isNumber;
  const kindOf = 'integer' in kind ? 'whole numbers' : 'finite numbers';
  if (!isGood(low) || !isGood(high) || more.length > 0 || low >= high)
    complain(
      [...path, name],
      `Expected ${name} to be [low, high], ${kindOf} with low < high, got ${shown(value[name])}`,
    );
  else if (kind.scale === 'log-uniform' && low <= 0)
    complain([...path, name, 0], `Expected the low end of ${name} to be above 0, got ${low}`);
  else if (quantum !== undefined && !(isNumber(quantum) && quantum > 0 && quantum <= high - low && name === 'uniform'))
    complain(
      [...path, 'quantum'],
      `Expected quantum to be a number above 0 and at most high − low, with uniform, got ${shown(quantum)}`,
    );
  else return { levels: { low, high, ...kind, ...(quantum === undefined ? {} : { quantum }) }, placeOf: () => path };
  return undefined;
}

function rangeOf(
  from: number,
  to: number,
  step: number | undefined,
  count: number | undefined,
  rest: Pick<NumericRange, 'scale' | 'integer'>,
): NumericRange {
  if (step === undefined) return { from, to, count: count as number, ...rest };
  const steps = countOfSteps(from, to, step);
  // The last value is exact too when the steps end on `to`; else it is the last one below.
  const last = Number((from + (steps - 1) * step).toPrecision(12));
  return { from, to: Math.abs(last - to) < step * 1e-6 ? to : last, count: steps, ...rest };
}

function isDistinct(range: NumericRange): boolean {
  if (range.scale === 'linear') return range.count <= Math.floor(range.to) - Math.ceil(range.from) + 1;
  if (range.count > MAX_LISTED) return false;
  for (let i = 1; i < range.count; i++) if (rangeValue(range, i) <= rangeValue(range, i - 1)) return false;
  return true;
}

export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
