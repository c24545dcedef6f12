import type { EarlyStopping } from '../pruners/early-stopping.ts';
import type { MetricNames } from './metric-names.ts';
import { type Complain, isMapping, type Mapping, shown } from './read-axis.ts';

const OPTIONS = {
  asha: ['metric', 'goal', 'grace', 'eta'],
  hyperband: ['metric', 'goal', 'grace', 'eta', 'brackets'],
  median: ['metric', 'goal', 'grace', 'minTrials'],
} as const;
const RULES = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];

/** Reads `earlyStopping`. @returns undefined when there is none, or after a complaint. */
export function readEarlyStopping(
  value: unknown,
  { isEpochMetric, epochMetrics }: MetricNames,
  complain: Complain,
): EarlyStopping | undefined {
  if (value === undefined) return undefined;
  const rule = isMapping(value) ? RULES.find((name) => name in value) : undefined;
  const options = rule && (value as Mapping)[rule];
  if (!isMapping(value) || rule === undefined || Object.keys(value).length !== 1 || !isMapping(options)) {
    complain(
      ['earlyStopping'],
      `Expected { asha: { metric: testError, grace: 1, eta: 3 } }, or hyperband or median for asha, got ${shown(value)}`,
    );
    return undefined;
  }
  let good = true;
  const wrong = (key: string, wanted: string): void => {
    good = false;
    complain(['earlyStopping', rule, key], `Expected ${key} to be ${wanted}, got ${shown(options[key])}`);
  };
  const known: readonly string[] = OPTIONS[rule];
  for (const key of Object.keys(options)) if (!known.includes(key)) wrong(key, `one of ${known.join(', ')}`);
  const { metric = 'testError', goal = 'min', grace = 1, eta = 3, brackets = 3, minTrials = 3 } = options;
  if (!isEpochMetric(metric)) wrong('metric', epochMetrics);
  if (goal !== 'min' && goal !== 'max') wrong('goal', 'min or max');
  if (!isWhole(grace, 1, 10_000)) wrong('grace', 'a whole number from 1 to 10000');
  if (!isWhole(eta, 2, 100)) wrong('eta', 'a whole number from 2 to 100');
  if (!isWhole(brackets, 1, 8)) wrong('brackets', 'a whole number from 1 to 8');
  if (!isWhole(minTrials, 1, 1000)) wrong('minTrials', 'a whole number from 1 to 1000');
  if (!good) return undefined;
  const common = { metric: metric as string, goal: goal as 'min' | 'max', grace: grace as number };
  if (rule === 'median') return { rule, ...common, minTrials: minTrials as number };
  return { rule: 'asha', ...common, eta: eta as number, brackets: rule === 'hyperband' ? (brackets as number) : 1 };
}

const isWhole = (value: unknown, low: number, high: number): boolean =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
