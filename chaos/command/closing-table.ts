import { FAULT_KINDS } from '../faults/plan.ts';
import { quantile } from '../faults/recoveries.ts';
import type { Round } from './round.ts';

/** The last line of a run. */
export interface ChaosResult {
  readonly seed: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly faultsTotal: number;
  readonly rowsExpected: number;
  readonly rowsCommitted: number;
  readonly lost: number;
  readonly extra: number;
  readonly wrong: number;
  readonly worstStallMs: number;
  readonly recoveryP50Ms: number;
  readonly recoveryP99Ms: number;
}

export function resultOf(seed: number, rounds: readonly Round[]): ChaosResult {
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const counted = FAULT_KINDS.map((kind) => [kind, sum((round) => round.faults.get(kind) ?? 0)] as const);
  const recoveries = rounds.flatMap((round) => round.recoveries.map(({ ms }) => ms)).sort((a, b) => a - b);
  return {
    seed,
    faults: Object.fromEntries(counted.filter(([, times]) => times > 0)),
    faultsTotal: counted.reduce((total, [, times]) => total + times, 0),
    rowsExpected: sum(({ rowsExpected }) => rowsExpected),
    rowsCommitted: sum(({ comparison }) => comparison.rowsCommitted),
    lost: sum(({ comparison, reportsLost }) => comparison.lost.length + reportsLost.length),
    extra: sum(({ comparison }) => comparison.extra.length),
    wrong: sum(
      ({ comparison, quarantined, changedByRestart }) =>
        comparison.wrong.length + quarantined + Number(changedByRestart),
    ),
    worstStallMs: Math.round(Math.max(0, ...rounds.map((round) => round.worstStallMs))),
    recoveryP50Ms: Math.round(quantile(recoveries, 0.5)),
    recoveryP99Ms: Math.round(quantile(recoveries, 0.99)),
  };
}

/** A coordinator that finds no NATS when it starts, or whose disk stays full, says so and ends; its supervisor starts it again. */
export const isByDesign = (accident: string): boolean => /NATS_UNREACHABLE|STORE_FAILED/.test(accident);

export function closingTable(result: ChaosResult, rounds: readonly Round[]): readonly string[] {
  const number = (value: number): string => value.toLocaleString('en-GB');
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const worst = (kind: string): string => {
    const all = rounds.flatMap((round) => round.recoveries.filter((each) => each.kind === kind).map(({ ms }) => ms));
    return all.length === 0 ? '' : `worst recovery ${seconds(Math.max(...all))}`;
  };
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const rows: (readonly [string, string, string])[] = [
    ...Object.entries(result.faults).map(([kind, times]) => [kind, number(times), worst(kind)] as const),
    ['faults', number(result.faultsTotal), ''],
    ['records acknowledged to trials', number(sum(({ acked }) => acked)), ''],
    ['rows expected', number(result.rowsExpected), ''],
    ['rows committed', number(result.rowsCommitted), ''],
    ['lost', number(result.lost), ''],
    ['duplicated', number(result.extra), ''],
    ['wrong', number(result.wrong), ''],
    ['worst stall', seconds(result.worstStallMs), ''],
    ['recovery p50', seconds(result.recoveryP50Ms), ''],
    ['recovery p99', seconds(result.recoveryP99Ms), ''],
    ['ends for want of NATS or disk', number(sum(({ accidents }) => accidents.filter(isByDesign).length)), ''],
    ['ends nobody asked for', number(sum(({ accidents }) => accidents.filter((each) => !isByDesign(each)).length)), ''],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value, more]) => `${name.padEnd(width)}  ${value.padStart(valueWidth)}  ${more}`.trimEnd());
}
