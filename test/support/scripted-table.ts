import type { Table } from '../../proto/generated/tickwork/v1/Table.ts';
import type { TableRow } from '../../proto/generated/tickwork/v1/TableRow.ts';
import type { Trial } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { TrialCounts } from '../../proto/generated/tickwork/v1/TrialCounts.ts';
import { configurationOf, type ScriptedSweep } from './vgg-demo-world.ts';

export function countTrials(trials: readonly Trial[]): TrialCounts {
  const count = (state: Trial['state']): number => trials.filter((trial) => trial.state === state).length;
  return {
    total: trials.length,
    pending: count('TRIAL_STATE_PENDING'),
    leased: count('TRIAL_STATE_LEASED'),
    running: count('TRIAL_STATE_RUNNING'),
    succeeded: count('TRIAL_STATE_SUCCEEDED'),
    failed: count('TRIAL_STATE_FAILED'),
    cancelled: count('TRIAL_STATE_CANCELLED'),
    stopped: count('TRIAL_STATE_STOPPED'),
    blocked: count('TRIAL_STATE_BLOCKED'),
  };
}

/** The table of a scripted sweep, computed from its trials, so that a finished trial changes it as it would in earnest. */
export function tableOf({ sweep, trials, base }: ScriptedSweep, groupBy: readonly string[]): Table {
  const factors = groupBy.length > 0 ? [...groupBy] : (sweep.factors ?? []).map((factor) => factor.name ?? '');
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = JSON.stringify(factors.map((factor) => levelOf(trial, factor)));
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  return {
    parent: sweep.name ?? '',
    title: sweep.title ?? '',
    revision: Number(sweep.revision),
    groupBy: factors,
    metrics: [{ name: 'testError', title: 'test error', unit: '%' }],
    publishedSource: 'Simonyan & Zisserman 2015, arXiv 1409.1556v6, Table 3 (ImageNet, full width)',
    rows: [...groups.values()].map((group) => ({ ...rowOf(group, factors), ...comparedOf(group, trials, base) })),
    complete: trials.every((trial) => trial.state === 'TRIAL_STATE_SUCCEEDED'),
    totalRows: groups.size,
    nextPageToken: '',
  };
}

/** What the API says of a row beside a base row: in what it differs, and by how much over pairs of equal seed. */
function comparedOf(
  group: readonly Trial[],
  trials: readonly Trial[],
  base: ScriptedSweep['base'],
): Pick<TableRow, 'isBase' | 'differences' | 'paired'> {
  if (base === undefined) return {};
  const differences = Object.entries(base)
    .map(([factor, label]) => ({ factor, base: label, label: levelOf(group[0], factor) }))
    .filter((difference) => difference.base !== difference.label);
  if (differences.length === 0) return { isBase: true };
  const errorOf = (trial: Trial | undefined): number => Number(trial?.metrics?.[0]?.value);
  const deltas = group.flatMap((trial) => {
    const partner = trials.find(
      (other) =>
        other.seed === trial.seed && Object.entries(base).every(([factor, label]) => levelOf(other, factor) === label),
    );
    const delta = errorOf(trial) - errorOf(partner);
    return Number.isFinite(delta) ? [delta] : [];
  });
  const mean = deltas.reduce((sum, delta) => sum + delta, 0) / deltas.length;
  const squares = deltas.reduce((sum, delta) => sum + (delta - mean) ** 2, 0);
  const std = deltas.length > 1 ? { std: Math.sqrt(squares / (deltas.length - 1)) } : {};
  const known = deltas.length > 0 ? { mean, ...std } : {};
  return { isBase: false, differences, paired: [{ metric: 'testError', n: deltas.length, ...known }] };
}

function rowOf(trials: readonly Trial[], factors: readonly string[]): TableRow {
  const values = trials.flatMap((trial) => (trial.metrics ?? []).map((metric) => Number(metric.value)));
  const configurations = new Set(trials.map((trial) => configurationOf(Number(trial.cell))));
  const [only] = configurations.size === 1 ? configurations : [];
  const failed = trials.filter((trial) => trial.state === 'TRIAL_STATE_FAILED');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    levels: factors.map((factor) => ({ factor, label: levelOf(trials[0], factor) })),
    n: values.length,
    expected: trials.length,
    counts: countTrials(trials),
    failures: failed[0]
      ? [{ kind: 'FAILURE_KIND_DIVERGED', count: failed.length, example: failed[0].failureMessage ?? '' }]
      : [],
    aggregates: [
      {
        metric: 'testError',
        n: values.length,
        ...(values.length > 0 ? { mean, min: Math.min(...values), max: Math.max(...values) } : {}),
        ...(values.length > 1 ? { std: Math.sqrt(squares / (values.length - 1)) } : {}),
      },
    ],
    published: only
      ? [
          { metric: 'top1Error', title: 'paper top-1', value: only.top1, unit: '%' },
          { metric: 'top5Error', title: 'paper top-5', value: only.top5, unit: '%' },
        ]
      : [],
    ...(only ? { weightLayers: only.weightLayers, parameters: only.parameters, macsPerImage: only.macsPerImage } : {}),
    shownParameters: only
      ? [
          { factor: 'trainScale', label: only.trainScale },
          { factor: 'testScale', label: String(only.testScale) },
        ]
      : [],
  };
}

const levelOf = (trial: Trial | undefined, factor: string): string =>
  trial?.levels?.find((level) => level.factor === factor)?.label ?? '';
