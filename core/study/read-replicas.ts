import type { Complaint } from './complaint.ts';
import type { MetricNames } from './metric-names.ts';
import { type Complain, isMapping, shown } from './read-axis.ts';
import type { AdaptiveReplicas } from './search.ts';
import type { Study } from './study.ts';

const KEYS = ['start', 'metric', 'confidence', 'deviceHours'];

/** Reads `replicas`. @returns undefined when there is none, or after a complaint. */
export function readReplicas(value: unknown, names: MetricNames, complain: Complain): AdaptiveReplicas | undefined {
  if (value === undefined) return undefined;
  if (!isMapping(value)) {
    complain(
      ['replicas'],
      `Expected { start: 3, metric: testError, confidence: 0.95, deviceHours: 2 }, got ${shown(value)}`,
    );
    return undefined;
  }
  let good = true;
  const wrong = (key: string, wanted: string): void => {
    good = false;
    complain(['replicas', key], `Expected ${key} to be ${wanted}, got ${shown(value[key])}`);
  };
  for (const key of Object.keys(value)) if (!KEYS.includes(key)) wrong(key, `one of ${KEYS.join(', ')}`);
  const { start = 3, metric = 'testError', confidence = 0.95, deviceHours } = value;
  const within = (number: unknown, low: number, high: number): boolean =>
    typeof number === 'number' && number > low && number < high;
  if (!Number.isInteger(start) || !within(start, 1, 10_000)) wrong('start', 'a whole number of at least 2');
  if (!names.isMetric(metric)) wrong('metric', names.metrics);
  if (!within(confidence, 0.5, 1)) wrong('confidence', 'above 0.5 and below 1');
  if (deviceHours !== undefined && !within(deviceHours, 0, 1e7)) wrong('deviceHours', 'a number of hours above 0');
  if (!good) return undefined;
  return {
    kind: 'replicas',
    start: start as number,
    metric: metric as string,
    confidence: confidence as number,
    ...(deviceHours === undefined ? {} : { deviceHours: deviceHours as number }),
    granted: {},
    drawn: [],
  };
}

/** Rows are compared with a base, and there have to be seeds to add. */
export function checkReplicas(study: Study): Complaint[] {
  const { search, base, seeds } = study;
  if (search?.kind !== 'replicas') return [];
  return [
    ...(base === undefined
      ? [{ path: ['replicas'], message: 'Expected a base row to compare with, got a study without base' }]
      : []),
    ...(search.start < seeds.length
      ? []
      : [
          {
            path: ['replicas', 'start'],
            message: `Expected start to be below the number of seeds (${seeds.length}), got ${search.start}`,
          },
        ]),
  ];
}
