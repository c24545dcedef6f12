import type { Violation } from './check/violations.ts';
import type { FaultKind } from './faults/plan.ts';
import type { WorldEnd } from './world.ts';

/** What is kept of one seed; plain data, so that processes can send it to each other. */
export interface SeedSummary {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Messages dropped, doubled or delayed. */
  readonly disturbed: number;
  /** Records that workers counted on: on the disk, promised to be delivered. */
  readonly acked: number;
  readonly lost: number;
  /** Rows beyond the first of a cell. */
  readonly duplicated: number;
  /** Whether a coordinator with a table of its own stood by. */
  readonly standby: boolean;
  /** Leaderships that another coordinator had before. */
  readonly takeovers: number;
  readonly worstStallMs: number;
  readonly recoveriesMs: readonly number[];
  readonly virtualMs: number;
  readonly steps: number;
  readonly trace: string;
}

export function summarise(seed: number, end: WorldEnd): SeedSummary {
  const { checker, progress, steps, virtualMs, repeatedRows, standby, takeovers, disturbed, trace } = end;
  return {
    seed,
    violations: checker.violations.all,
    faults: Object.fromEntries(progress.faults),
    disturbed,
    acked: checker.records.keptRecords,
    lost: checker.records.lost,
    duplicated: repeatedRows,
    ...{ standby, takeovers },
    worstStallMs: progress.worstStallMs,
    recoveriesMs: progress.recoveriesMs,
    virtualMs,
    steps,
    trace,
  };
}
