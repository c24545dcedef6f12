import type { CaughtBug } from '../check/catch-bugs.ts';
import { FAULT_KINDS } from '../faults/plan.ts';
import type { SeedSummary } from '../summary.ts';

/** What a run of many seeds comes to; times are virtual. */
export interface Totals {
  readonly seeds: number;
  readonly violations: number;
  readonly faults: readonly (readonly [kind: string, times: number])[];
  readonly faultsTotal: number;
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly standbys: number;
  readonly takeovers: number;
  readonly worstStallMs: number;
  readonly recoveryP50Ms: number;
  readonly recoveryP99Ms: number;
  readonly virtualMs: number;
  readonly steps: number;
}

export function totalsOf(summaries: readonly SeedSummary[]): Totals {
  const sum = (of: (summary: SeedSummary) => number): number => summaries.reduce((total, each) => total + of(each), 0);
  const faults = FAULT_KINDS.map((kind) => [kind, sum((each) => each.faults[kind] ?? 0)] as const);
  const recoveries = summaries.flatMap(({ recoveriesMs }) => recoveriesMs).sort((a, b) => a - b);
  const quantile = (q: number): number =>
    recoveries[Math.min(recoveries.length - 1, Math.floor(q * recoveries.length))] ?? 0;
  return {
    seeds: summaries.length,
    violations: sum(({ violations }) => violations.length),
    faults,
    faultsTotal: faults.reduce((total, [, times]) => total + times, 0),
    acked: sum(({ acked }) => acked),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    standbys: sum(({ standby }) => (standby ? 1 : 0)),
    takeovers: sum(({ takeovers }) => takeovers),
    worstStallMs: Math.max(0, ...summaries.map(({ worstStallMs }) => worstStallMs)),
    recoveryP50Ms: quantile(0.5),
    recoveryP99Ms: quantile(0.99),
    virtualMs: sum(({ virtualMs }) => virtualMs),
    steps: sum(({ steps }) => steps),
  };
}

export function closingTable(totals: Totals, bugs: readonly CaughtBug[]): readonly string[] {
  const number = (value: number): string => value.toLocaleString('en-GB');
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const rows: (readonly [string, string])[] = [
    ...totals.faults.map(([kind, times]) => [kind, number(times)] as const),
    ['faults', number(totals.faultsTotal)],
    ['records acknowledged to trials', number(totals.acked)],
    ['lost', number(totals.lost)],
    ['duplicated', number(totals.duplicated)],
    ['worst stall', seconds(totals.worstStallMs)],
    ['recovery p50', seconds(totals.recoveryP50Ms)],
    ['recovery p99', seconds(totals.recoveryP99Ms)],
    ['virtual time', `${(totals.virtualMs / 3_600_000).toFixed(1)} h`],
    ['events', number(totals.steps)],
    ['seeds', number(totals.seeds)],
    ['of them with a standby', number(totals.standbys)],
    ['takeovers', number(totals.takeovers)],
    ['violations', number(totals.violations)],
    ...(bugs.length > 0
      ? [['planted bugs caught', `${bugs.filter(({ by }) => by).length} of ${bugs.length}`] as const]
      : []),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value.padStart(valueWidth)}`);
}
