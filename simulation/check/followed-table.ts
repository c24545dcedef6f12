import type { StoredResult } from '../../coordinator/ports.ts';
import { vectorEntries } from '../../core/collections/sparse-vector.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import type { Violations } from './violations.ts';

/**
 * The table of a coordinator that stands by, once it has taken the whole record stream: every accepted result is in it. It may have
 * rows that the log has decided against, of its own earlier leadership: they are set aside when it leads again.
 */
export function checkFollowed(sweep: SweepState, rows: readonly StoredResult[], violations: Violations): void {
  const byCell = new Map(rows.filter(({ sweepId }) => sweepId === sweep.id).map((row) => [row.cell, row]));
  for (const [cell, trial] of vectorEntries(sweep.trials)) {
    if (trial.state !== 'succeeded') continue;
    const row = byCell.get(cell);
    if (row?.contentHash !== trial.contentHash || row.record.attempt !== trial.attempt)
      violations.add(
        'I2 a standby has every accepted result',
        `${sweep.id}/${cell}: accepted is attempt ${trial.attempt}, the row is of ${row?.record.attempt ?? 'none'}`,
      );
  }
}
