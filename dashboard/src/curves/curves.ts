import type { Report, Trial } from '../api/client.ts';
import { levelsTitle } from '../sweeps/levels-title.ts';

export interface Curve {
  readonly seed: string;
  /** (training epoch, value), in the order of epochs. */
  readonly points: readonly (readonly [trainEpoch: number, value: number])[];
}

/** The curves of all seeds of one configuration. */
export interface CurveGroup {
  readonly title: string;
  /** Place among all configurations of the sweep, which fixes the colour. */
  readonly index: number;
  readonly curves: readonly Curve[];
}

/** Names of the metrics that reports hold, in the order in which they first come. */
export const metricsOf = (reports: readonly Report[]): string[] => [
  ...new Set(
    reports.flatMap((report) => report.metrics.filter((metric) => metric.value != null).map((metric) => metric.name)),
  ),
];

/**
 * Reports as curves, grouped by configuration. Of a cell that was run more than once only the last attempt counts: the reports
 * before belong to a run that was given up.
 * @param trials give each cell its configuration and seed; a report of an unknown cell is a configuration of its own.
 */
export function curveGroupsOf(reports: readonly Report[], trials: readonly Trial[], metric: string): CurveGroup[] {
  const trialOf = new Map(trials.map((trial) => [trial.cell, trial]));
  const titles = [...new Set(trials.map((trial) => levelsTitle(trial.levels)))];
  const lastAttempt = new Map<number, number>();
  for (const { cell, attempt } of reports) lastAttempt.set(cell, Math.max(attempt, lastAttempt.get(cell) ?? 0));

  const groups = new Map<string, Map<string, [number, number][]>>();
  for (const { cell, attempt, trainEpoch, metrics } of reports) {
    const value = metrics.find(({ name }) => name === metric)?.value;
    if (value == null || attempt !== lastAttempt.get(cell)) continue;
    const trial = trialOf.get(cell);
    const title = trial ? levelsTitle(trial.levels) : `cell ${cell}`;
    const seed = trial ? String(trial.seed) : '?';
    const curves = groups.get(title) ?? new Map<string, [number, number][]>();
    groups.set(title, curves.set(seed, [...(curves.get(seed) ?? []), [trainEpoch, value]]));
    if (!titles.includes(title)) titles.push(title);
  }
  return [...groups]
    .map(([title, curves]) => ({
      title,
      index: titles.indexOf(title),
      curves: [...curves]
        .map(([seed, points]) => ({ seed, points: points.sort((a, b) => a[0] - b[0]) }))
        .sort((a, b) => Number(a.seed) - Number(b.seed)),
    }))
    .sort((a, b) => a.index - b.index);
}

/** All seeds that occur, in order; a seed's place fixes its line style. */
export const seedsOf = (groups: readonly CurveGroup[]): string[] =>
  [...new Set(groups.flatMap((group) => group.curves.map((curve) => curve.seed)))].sort(
    (a, b) => Number(a) - Number(b),
  );
