import type { Grid } from '../grid/grid.ts';
import { studentQuantile } from '../statistics/student.ts';
import { digitOfLabel } from './levels.ts';
import type { AdaptiveReplicas } from './search.ts';
import type { Study, StudyFactor } from './study.ts';

/** What is known of one trial. */
export interface ReplicaOutcome {
  /** Absent: it has no result. */
  readonly objective?: number;
  /** How long it ran, ms; 0 when it is not known. */
  readonly ms: number;
}

export interface GrantedReplicas {
  readonly search: AdaptiveReplicas;
  /** Trials that were added. */
  readonly cells: number;
  /** For people. */
  readonly reason: string;
}

/** Seeds that a configuration has so far. */
export const replicasOf = ({ start, granted }: AdaptiveReplicas, gridIndex: number): number =>
  start + (granted[gridIndex] ?? 0);

/** A row that cannot be told from base yet. */
interface Undecided {
  readonly gridIndex: number;
  readonly base: number;
  /** Distance from 0 in half widths of the interval: the nearer to 1, the sooner one more seed decides. */
  readonly distance: number;
}

/**
 * One more seed for each row whose difference from base is not decided: the Student interval of the differences over pairs of equal seed
 * holds 0. Its base row gets the seed too. Called when every trial has ended.
 * @param outcome of a cell.
 * @returns undefined when every row is decided, has all seeds, or nothing more fits the budget.
 */
export function nextReplicas(
  study: Study,
  search: AdaptiveReplicas,
  grid: Grid,
  outcome: (cell: number) => ReplicaOutcome,
): GrantedReplicas | undefined {
  const rows = Array.from({ length: grid.size }, (_, gridIndex) => gridIndex).filter((index) => grid.allows(index));
  const cellsOf = (gridIndex: number): ReplicaOutcome[] =>
    Array.from({ length: replicasOf(search, gridIndex) }, (_, seed) => outcome(grid.cellOf(gridIndex, seed)));
  const undecided = rows
    .flatMap((gridIndex): Undecided[] => {
      const base = baseOf(study, grid, gridIndex);
      if (base === undefined || base === gridIndex || replicasOf(search, gridIndex) >= study.seeds.length) return [];
      const distance = distanceFromZero(cellsOf(gridIndex), cellsOf(base), search.confidence);
      return distance < 1 ? [{ gridIndex, base, distance }] : [];
    })
    .sort((a, b) => b.distance - a.distance);
  if (undecided.length === 0) return undefined;

  const ran = rows.flatMap(cellsOf).map(({ ms }) => ms);
  const spent = ran.reduce((a, b) => a + b, 0);
  const each = spent / Math.max(1, ran.filter((ms) => ms > 0).length);
  const budget = (search.deviceHours ?? Number.POSITIVE_INFINITY) * 3_600_000;
  const granted: Record<number, number> = { ...search.granted };
  let cells = 0;
  let told = 0;
  for (const { gridIndex, base } of undecided) {
    const wanted = replicasOf({ ...search, granted }, gridIndex) + 1;
    const more = [gridIndex, base].filter((row) => replicasOf({ ...search, granted }, row) < wanted);
    if (spent + (cells + more.length) * each > budget) break;
    for (const row of more) granted[row] = wanted - search.start;
    cells += more.length;
    told++;
  }
  if (cells === 0) return undefined;
  const hours = Number((spent / 3_600_000).toPrecision(3));
  return {
    search: { ...search, granted },
    cells,
    reason:
      `Adaptive replicas: ${undecided.length} of ${rows.length} rows cannot be told from base by ${search.metric} at ${search.confidence}; ` +
      `one more seed for ${told} of them, ${cells} trials; ${hours} device-hours so far.`,
  };
}

/** @returns 0 where there are no two pairs; at least 1 where the interval leaves 0 out, or the rows are equal to the bit. */
function distanceFromZero(row: readonly ReplicaOutcome[], base: readonly ReplicaOutcome[], confidence: number): number {
  const differences = row.flatMap(({ objective }, seed) => {
    const of = base[seed]?.objective;
    return objective === undefined || of === undefined ? [] : [objective - of];
  });
  const n = differences.length;
  if (n < 2) return 0;
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  if (variance === 0) return 1;
  return Math.abs(mean) / (studentQuantile(confidence, n - 1) * Math.sqrt(variance / n));
}

/** The configuration of the base row that agrees in all other factors. */
function baseOf(study: Study, grid: Grid, gridIndex: number): number | undefined {
  const digits = grid.digits(gridIndex).map((digit, i) => {
    const factor = study.factors[i] as StudyFactor;
    const label = study.base?.[factor.name];
    return label === undefined ? digit : (digitOfLabel(factor, label) ?? digit);
  });
  const found = grid.indexOf(digits);
  return found !== undefined && grid.allows(found) ? found : undefined;
}
