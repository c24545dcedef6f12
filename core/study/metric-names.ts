import { METRIC_NAMES, METRICS } from '../catalogue/metrics.ts';
import type { Complaint } from './complaint.ts';
import type { Study } from './study.ts';

const ANY_METRIC = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Metrics that the built-in training reports after each training epoch. */
export const EPOCH_METRICS = ['trainLoss', 'trainError', 'testError'] as const;

/** Which metrics a study may name: a command reports what it likes. */
export interface MetricNames {
  readonly isMetric: (name: unknown) => boolean;
  /** Of those that are reported after each training epoch. */
  readonly isEpochMetric: (name: unknown) => boolean;
  readonly metrics: string;
  /** The study runs a command, whose parameters have any name too. */
  readonly areOfCommand: boolean;
  readonly epochMetrics: string;
}

const OF_COMMANDS: MetricNames = {
  isMetric: (name) => typeof name === 'string' && ANY_METRIC.test(name),
  isEpochMetric: (name) => typeof name === 'string' && ANY_METRIC.test(name),
  metrics: 'the name of a metric',
  areOfCommand: true,
  epochMetrics: 'the name of a metric',
};

const OF_TRAINING: MetricNames = {
  isMetric: (name) => (METRIC_NAMES as readonly unknown[]).includes(name),
  isEpochMetric: (name) => (EPOCH_METRICS as readonly unknown[]).includes(name),
  metrics: METRIC_NAMES.join(', '),
  areOfCommand: false,
  epochMetrics: `one of ${EPOCH_METRICS.join(', ')}`,
};

export const metricNames = (hasCommand: boolean): MetricNames => (hasCommand ? OF_COMMANDS : OF_TRAINING);

export function checkTableMetrics({ command, table }: Study): Complaint[] {
  const { isMetric, metrics } = metricNames(command !== undefined);
  return table.metrics.flatMap((name, i) =>
    isMetric(name)
      ? []
      : [{ path: ['table', 'metrics', i], message: `Expected one of ${metrics}, got ${JSON.stringify(name)}` }],
  );
}

/** Title and unit of a metric; one of a command has its name for a title. */
export function metricColumn(name: string): { readonly name: string; readonly title: string; readonly unit: string } {
  const known = Object.hasOwn(METRICS, name) ? METRICS[name as keyof typeof METRICS] : undefined;
  return { name, title: known?.title ?? name, unit: known?.unit ?? '' };
}
