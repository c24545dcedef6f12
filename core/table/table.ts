import { networkEnds } from '../catalogue/classes.ts';
import { describeNetwork } from '../catalogue/networks.ts';
import { vectorEntries } from '../collections/sparse-vector.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { countMultiplyAccumulates, countParameters, countWeightLayers } from '../networks/counts.ts';
import type { Aggregate } from '../statistics/aggregate.ts';
import { type Difference, differencesFromBase } from '../study/base-row.ts';
import { trialParameters } from '../study/check-levels.ts';
import { metricColumn } from '../study/metric-names.ts';
import type { PublishedRow, Study } from '../study/study.ts';
import type { TrialParameters } from '../study/trial-parameters.ts';
import { isWithdrawn, type SweepState, type TrialCounts, trialOf } from '../sweep/state.ts';
import { type FailureKind, TRIAL_STATES } from '../trial/states.ts';
import { type GroupedAggregate, type Grouping, groupKey, groupOf } from './grouping.ts';

export interface LabelledValue {
  readonly factor: string;
  readonly label: string;
}

export interface MetricColumn {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

export interface PublishedCell {
  readonly metric: string;
  readonly title: string;
  readonly value: number;
  readonly unit: string;
}

export interface TableRow {
  readonly levels: readonly LabelledValue[];
  /** Cells with a committed result, and cells that belong here. */
  readonly n: number;
  readonly expected: number;
  readonly counts: TrialCounts;
  readonly failures: readonly { readonly kind: FailureKind; readonly count: number; readonly example: string }[];
  /** In the order of Table.metrics. */
  readonly aggregates: readonly ({ readonly metric: string } & Aggregate)[];
  /** In what this row differs from the base row; absent when there is no base or the grouping does not tell. */
  readonly differences?: readonly Difference[];
  /** value − base over pairs of equal seed, in the order of Table.metrics; absent in the base row and where there is no base. */
  readonly paired?: readonly ({ readonly metric: string } & Aggregate)[];
  readonly published: readonly PublishedCell[];
  readonly weightLayers?: number;
  readonly parameters?: number;
  readonly macsPerImage?: number;
  readonly shown: readonly LabelledValue[];
}

export interface Table {
  readonly title: string;
  readonly revision: number;
  readonly groupBy: readonly string[];
  readonly metrics: readonly MetricColumn[];
  readonly publishedSource: string;
  readonly rows: readonly TableRow[];
  readonly complete: boolean;
}

/**
 * The aggregated table of a sweep: every number comes from `aggregates` and `pairedDifferences` (committed rows), from the network's description, or is
 * marked as published. Rows are in the order of the grid.
 */
export function buildTable(
  sweep: SweepState,
  grouping: Grouping,
  metrics: readonly string[],
  aggregates: readonly GroupedAggregate[],
  pairedDifferences: readonly GroupedAggregate[] = [],
): Table {
  const { study } = sweep;
  const ours = byGroup(aggregates);
  const paired = byGroup(pairedDifferences);
  const inOrder = (from: ReturnType<typeof byGroup>, key: string) =>
    metrics.map((metric) => ({ metric, ...(from.get(`${key} ${metric}`)?.aggregate ?? { n: 0 }) }));
  const groups = groupsOf(sweep, grouping);
  const rows = [...groups.entries()].map(([key, group]): TableRow => {
    const aggregatesOfRow = inOrder(ours, key);
    const differences = differencesFromBase(study, group.levels);
    return {
      levels: group.levels,
      n: Math.max(0, ...aggregatesOfRow.map((a) => a.n)),
      expected: group.cells,
      counts: { ...group.counts, pending: group.cells - (group.touched - group.counts.pending) },
      failures: [...group.failures].map(([kind, { count, example }]) => ({ kind, count, example })),
      aggregates: aggregatesOfRow,
      ...(differences === undefined ? {} : { differences }),
      ...(differences === undefined || differences.length === 0 ? {} : { paired: inOrder(paired, key) }),
      published: publishedFor(study, group.levels, grouping),
      ...group.facts,
      shown: group.shown,
    };
  });
  return {
    title: study.title,
    revision: sweep.revision,
    groupBy: grouping.factors,
    metrics: metrics.map(metricColumn),
    publishedSource: study.published?.source ?? '',
    rows,
    // A trial that was stopped early has all that it will ever have.
    complete: rows.every((row) => row.n + row.counts.stopped === row.expected),
  };
}

function byGroup(aggregates: readonly GroupedAggregate[]): ReadonlyMap<string, GroupedAggregate> {
  return new Map(aggregates.map((a) => [`${groupKey(a.digits)} ${a.metric}`, a]));
}

interface Group {
  readonly levels: readonly LabelledValue[];
  cells: number;
  touched: number;
  counts: Record<keyof TrialCounts, number>;
  readonly failures: Map<FailureKind, { count: number; example: string }>;
  facts: Facts;
  shown: readonly LabelledValue[];
}

interface Facts {
  weightLayers?: number;
  parameters?: number;
  macsPerImage?: number;
}

function groupsOf(sweep: SweepState, grouping: Grouping): Map<string, Group> {
  const { grid, study } = sweep;
  const groups = new Map<string, Group>();
  const known: KnownFacts = new Map();
  for (let gridIndex = 0; gridIndex < grid.size; gridIndex++) {
    if (!grid.allows(gridIndex)) continue;
    const cells = countCells(sweep, gridIndex);
    if (cells === 0) continue;
    const key = groupKey(groupOf(grouping, gridIndex));
    // Of a command nothing is known but its parameters.
    const parameters = study.command ? grid.parameters(gridIndex) : trialParameters(grid, gridIndex);
    const facts = study.command ? {} : factsOf(parameters as TrialParameters, known);
    const shown = shownOf(parameters, study.table.show);
    const group = groups.get(key);
    if (group) {
      group.cells += cells;
      group.facts = commonFacts(group.facts, facts);
      group.shown = group.shown.filter((value, i) => value.label === shown[i]?.label);
    } else {
      const labels = new Map(grid.labels(gridIndex).map((l) => [l.factor, l]));
      groups.set(key, {
        levels: grouping.factors.map((factor) => labels.get(factor) as LabelledValue),
        cells,
        touched: 0,
        counts: Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Group['counts'],
        failures: new Map(),
        facts,
        shown,
      });
    }
  }
  countTrials(sweep, grouping, groups);
  return groups;
}

/** Those that are wanted, and those that ended before an edit took them away: their results stay. */
function countCells(sweep: SweepState, gridIndex: number): number {
  const { grid, editions } = sweep;
  if (editions === undefined) return grid.replicas?.(gridIndex) ?? grid.seeds.length;
  return grid.seeds.filter((_, seedIndex) => {
    const cell = grid.cellOf(gridIndex, seedIndex);
    return grid.wants(cell) || trialOf(sweep, cell).state !== 'cancelled';
  }).length;
}

function countTrials(sweep: SweepState, grouping: Grouping, groups: Map<string, Group>): void {
  for (const [cell, trial] of vectorEntries(sweep.trials)) {
    const group = groups.get(groupKey(groupOf(grouping, gridIndexOf(sweep.grid, cell))));
    if (!group || (trial.state === 'cancelled' && isWithdrawn(sweep, cell))) continue;
    group.touched++;
    group.counts[trial.state]++;
    if (trial.state !== 'failed') continue;
    const seen = group.failures.get(trial.failure.kind);
    group.failures.set(trial.failure.kind, {
      count: (seen?.count ?? 0) + 1,
      example: seen?.example ?? trial.failure.message,
    });
  }
  if (sweep.status !== 'cancelled') return;
  for (const group of groups.values()) {
    group.counts.cancelled += group.cells - group.touched;
    group.touched = group.cells;
  }
}

/** Facts of networks already described: a grid has many configurations of few networks. */
type KnownFacts = Map<string, Facts>;

function factsOf({ network, config, dataset, classes }: TrialParameters, known: KnownFacts): Facts {
  const ends = networkEnds({ dataset, classes });
  const key = `${network} ${config} ${ends.channels} ${ends.classes}`;
  const found = known.get(key);
  if (found) return found;
  // Dropout has no weights: its rate changes none of the facts.
  const description = describeNetwork(network, config, { ...ends, dropout: 0 });
  const facts = {
    weightLayers: countWeightLayers(description),
    parameters: countParameters(description),
    macsPerImage: countMultiplyAccumulates(description),
  };
  known.set(key, facts);
  return facts;
}

function commonFacts(a: Facts, b: Facts): Facts {
  return Object.fromEntries(Object.entries(a).filter(([name, value]) => b[name as keyof Facts] === value));
}

function shownOf(parameters: Readonly<Record<string, unknown>>, names: readonly string[]): LabelledValue[] {
  return names.map((factor) => {
    const value = parameters[factor];
    return { factor, label: Array.isArray(value) ? `[${value.join(';')}]` : String(value) };
  });
}

/** Published numbers for a row: those whose every condition names a level of this row. */
function publishedFor(study: Study, levels: readonly LabelledValue[], grouping: Grouping): PublishedCell[] {
  const values = study.published?.values ?? {};
  const matches = (row: PublishedRow): boolean =>
    Object.entries(row.when).every(
      ([factor, label]) =>
        grouping.factors.includes(factor) && levels.some((l) => l.factor === factor && l.label === label),
    );
  const row = study.published?.rows.find(matches);
  return Object.entries(row?.values ?? {}).map(([metric, value]) => ({
    metric,
    value,
    title: values[metric]?.title ?? metric,
    unit: values[metric]?.unit ?? '',
  }));
}
