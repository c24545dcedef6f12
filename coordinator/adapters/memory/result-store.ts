import { TickworkError } from '../../../core/errors.ts';
import { digitAt } from '../../../core/space/locator.ts';
import { aggregate } from '../../../core/statistics/aggregate.ts';
import {
  type GroupedAggregate,
  type Grouping,
  groupKey,
  groupOf,
  type IndexRange,
} from '../../../core/table/grouping.ts';
import type { Disposition } from '../../../core/trial/states.ts';
import { type FailureRecord, type ReportRecord, recordId } from '../../../proto/records.ts';
import type { ResultStore, SetAside, StoredResult } from '../../ports.ts';
import { contradiction } from '../contradiction.ts';
import { overruled } from '../overruled.ts';

/** The committed rows in memory, for tests and simulations. It keeps nothing, and writes no Parquet. */
export function createMemoryResultStore(): ResultStore {
  const results = new Map<string, StoredResult>();
  const reports = new Map<string, ReportRecord>();
  const failures = new Map<string, FailureRecord>();
  const setAside = new Map<string, SetAside>();

  function putAbsent<T>(map: Map<string, T>, key: string, value: T): void {
    if (!map.has(key)) map.set(key, structuredClone(value));
  }
  const keepAside = (aside: SetAside): void => putAbsent(setAside, `${aside.id} ${aside.contentHash}`, aside);
  const ofSweep = (sweepId: string): StoredResult[] =>
    [...results.values()].filter((result) => result.sweepId === sweepId);

  return {
    async commit(batch) {
      for (const result of batch.results) {
        const key = `${result.sweepId} ${result.cell}`;
        const accepted = results.get(key);
        if (accepted && accepted.contentHash !== result.contentHash) keepAside(contradiction(result));
        else putAbsent(results, key, result);
      }
      for (const report of batch.reports) {
        putAbsent(reports, `${report.sweepId} ${report.cell} ${report.attempt} ${report.trainEpoch}`, report);
      }
      for (const failure of batch.failures) {
        putAbsent(failures, `${failure.sweepId} ${failure.cell} ${failure.attempt}`, failure);
      }
      for (const aside of batch.setAside) keepAside(aside);
    },

    async result(sweepId, cell) {
      return results.get(`${sweepId} ${cell}`);
    },

    async results(sweepId, cells) {
      const wanted = new Set(cells);
      return new Map(
        ofSweep(sweepId)
          .filter(({ cell }) => wanted.has(cell))
          .map((result) => [result.cell, result]),
      );
    },

    async accepted(sweepId) {
      return new Map(
        ofSweep(sweepId).map(({ cell, record, contentHash }) => [cell, { attempt: record.attempt, contentHash }]),
      );
    },

    async withTrialKeys(keys, outsideOf) {
      const wanted = new Set(keys);
      const found = [...results.values()]
        .filter(({ trialKey, sweepId, record }) => {
          const trained = record.reusedFrom === undefined && sweepId !== outsideOf;
          return trained && trialKey !== undefined && wanted.has(trialKey);
        })
        .sort(byAcceptance)
        .reverse();
      // The first one is put last.
      return new Map(found.map((result) => [result.trialKey as string, result]));
    },

    async overrule(cells, at) {
      for (const { sweepId, cell } of cells) {
        const result = results.get(`${sweepId} ${cell}`);
        if (!result) continue;
        results.delete(`${sweepId} ${cell}`);
        keepAside(overruled(result, at));
      }
    },

    async dispositions(ids) {
      const wanted = new Set(ids);
      const kept = [...failures.values()].map((failure) => [recordId(failure), 'committed'] as const);
      const aside = [...setAside.values()].map(({ id, disposition }) => [id, disposition] as const);
      return new Map<string, Disposition>([...kept, ...aside].filter(([id]) => wanted.has(id)));
    },

    async aggregate(sweepId, grouping, metrics, within) {
      return aggregated(
        inRange(ofSweep(sweepId), within),
        grouping,
        metrics,
        ({ record }, metric) => record.metrics[metric],
      );
    },

    async aggregateDifferences(sweepId, grouping, pairing, metrics, within) {
      const partner = (result: StoredResult): string =>
        `${result.seed} ${pairing.match.map((locator) => digitAt(locator, result.gridIndex)).join()}`;
      const isBase = ({ gridIndex }: StoredResult): boolean =>
        pairing.base.every(({ locator, digit }) => digitAt(locator, gridIndex) === digit);
      const results = ofSweep(sweepId);
      const bases = new Map(results.filter(isBase).map((result) => [partner(result), result.record.metrics]));
      return aggregated(inRange(results, within), grouping, metrics, (result, metric) => {
        const [value, base] = [result.record.metrics[metric], bases.get(partner(result))?.[metric]];
        return value === undefined || base === undefined ? undefined : value - base;
      });
    },

    async reports({ sweepId, cells, after, limit }) {
      return [...reports.values()]
        .filter((report) => report.sweepId === sweepId && (cells === undefined || cells.includes(report.cell)))
        .filter((report) => after === undefined || byPoint(report, after) > 0)
        .sort(byPoint)
        .slice(0, limit)
        .map((report) => ({
          cell: report.cell,
          attempt: report.attempt,
          trainEpoch: report.trainEpoch,
          metrics: report.metrics,
        }));
    },

    async exportParquet() {
      throw new TickworkError('INTERNAL', 'Expected a store that writes Parquet, got the one in memory. Use DuckDB.');
    },

    async counts() {
      const of = (disposition: SetAside['disposition']): number =>
        [...setAside.values()].filter((aside) => aside.disposition === disposition).length;
      return { results: results.size, quarantined: of('quarantined'), superseded: of('superseded') };
    },

    async close() {},
  };
}

function inRange(results: readonly StoredResult[], within: IndexRange | undefined): readonly StoredResult[] {
  return results.filter(({ gridIndex }) => !within || (gridIndex >= within.from && gridIndex <= within.to));
}

function aggregated(
  results: readonly StoredResult[],
  grouping: Grouping,
  metrics: readonly string[],
  measure: (result: StoredResult, metric: string) => number | undefined,
): GroupedAggregate[] {
  const groups = new Map<string, { digits: number[]; metric: string; values: number[] }>();
  for (const result of results) {
    const digits = groupOf(grouping, result.gridIndex);
    for (const metric of new Set(metrics)) {
      const value = measure(result, metric);
      if (value === undefined) continue;
      const key = `${groupKey(digits)} ${metric}`;
      const group = groups.get(key) ?? { digits, metric, values: [] };
      groups.set(key, group);
      group.values.push(value);
    }
  }
  return [...groups.values()]
    .map(({ digits, metric, values }) => ({ digits, metric, aggregate: aggregate(values) }))
    .sort(byDigitsAndMetric);
}

function byAcceptance(a: StoredResult, b: StoredResult): number {
  const bySweep = a.sweepId < b.sweepId ? -1 : a.sweepId > b.sweepId ? 1 : 0;
  return a.committedAt - b.committedAt || bySweep || a.cell - b.cell;
}

type Point = Pick<ReportRecord, 'cell' | 'attempt' | 'trainEpoch'>;

function byPoint(a: Point, b: Point): number {
  return a.cell - b.cell || a.attempt - b.attempt || a.trainEpoch - b.trainEpoch;
}

function byDigitsAndMetric(a: GroupedAggregate, b: GroupedAggregate): number {
  for (let i = 0; i < a.digits.length; i++) {
    const difference = (a.digits[i] as number) - (b.digits[i] as number);
    if (difference !== 0) return difference;
  }
  return a.metric < b.metric ? -1 : a.metric > b.metric ? 1 : 0;
}
