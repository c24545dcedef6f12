import { vectorEntries } from '../../core/collections/sparse-vector.ts';
import { type ClusterState, isCell, trialOf } from '../../core/sweep/state.ts';
import { isFinished } from '../../core/trial/trial.ts';
import type { ResultStore } from '../ports.ts';

export interface CellRef {
  readonly sweepId: string;
  readonly cell: number;
}

/** What a table has and lacks by the word of the log. */
export interface RowComparison {
  /** Results that the log has accepted. */
  readonly missing: readonly CellRef[];
  /**
   * Rows of cells that the log has settled otherwise: written by a coordinator that was replaced before it could append their
   * event. Rows of cells that are still open are none: the work is done, and they are adopted.
   */
  readonly overruled: readonly CellRef[];
}

/** Looks at every row; for a table whose coordinator was not the last to lead. */
export async function compareRows(state: ClusterState, store: ResultStore): Promise<RowComparison> {
  const missing: CellRef[] = [];
  const overruled: CellRef[] = [];
  for (const sweep of state.sweeps.values()) {
    const rows = await store.accepted(sweep.id);
    for (const [cell, { attempt, contentHash }] of rows) {
      // Blocked is settled as well: what comes late of such a cell is not taken.
      const trial = trialOf(sweep, cell);
      if (isCell(sweep, cell) && !isFinished(trial)) continue;
      const agrees = trial.state === 'succeeded' && trial.attempt === attempt && trial.contentHash === contentHash;
      if (!agrees) overruled.push({ sweepId: sweep.id, cell });
    }
    const kept = new Set(rows.keys());
    for (const { sweepId, cell } of overruled) if (sweepId === sweep.id) kept.delete(cell);
    for (const [cell, trial] of vectorEntries(sweep.trials)) {
      if (trial.state === 'succeeded' && !kept.has(cell)) missing.push({ sweepId: sweep.id, cell });
    }
  }
  return { missing, overruled };
}
