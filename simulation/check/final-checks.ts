import type { StoredResult } from '../../coordinator/ports.ts';
import { cellsFrom, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { specOf } from '../cluster/study.ts';
import { trialTruth } from '../cluster/trial.ts';
import type { Violations } from './violations.ts';

/** The finished table against the trial function: nothing missing, nothing twice, nothing wrong, and every gap named (I1, I2, I5). */
export function checkTable(sweep: SweepState, rows: readonly StoredResult[], violations: Violations): void {
  const byCell = new Map<number, StoredResult[]>();
  for (const row of rows) if (row.sweepId === sweep.id) byCell.set(row.cell, [...(byCell.get(row.cell) ?? []), row]);
  for (const cell of cellsFrom(sweep, 0)) {
    const name = `${sweep.id}/${cell}`;
    const trial = trialOf(sweep, cell);
    const [row, ...more] = byCell.get(cell) ?? [];
    byCell.delete(cell);
    if (more.length > 0) violations.add('I1 one row for a cell', `${name} has ${more.length + 1}`);

    const truth = trialTruth(specOf(sweep, cell));
    if (trial.state === 'succeeded') {
      if (!row) violations.add('I2 no accepted result is lost', `${name} succeeded and has no row`);
      else if (row.record.attempt !== trial.attempt || row.contentHash !== trial.contentHash)
        violations.add(
          'I1 the accepted value stays',
          `${name}: the row is of attempt ${row.record.attempt}, accepted was ${trial.attempt}`,
        );
      else if (!('testError' in truth) || row.record.metrics['testError'] !== truth.testError)
        violations.add('I1 the value is right', `${name} has ${row.record.metrics['testError']}`);
      continue;
    }
    if (row) violations.add('I1 rows are of succeeded cells', `${name} is ${trial.state} and has a row`);
    if (trial.state === 'failed' && !('diverges' in truth && trial.failure.kind === 'diverged'))
      violations.add('I5 failures say why', `${name} failed: ${trial.failure.kind}, ${trial.failure.message}`);
    if (trial.state === 'blocked' && trialOf(sweep, trial.by).state === 'failed') continue;
    const expected = sweep.status === 'completed' ? 'failed' : 'cancelled';
    if (sweep.status !== 'active' && trial.state !== 'failed' && trial.state !== expected)
      violations.add('I5 no silent gap', `${name} is ${trial.state} in a sweep that is ${sweep.status}`);
  }
  for (const cell of byCell.keys()) violations.add('I1 rows are of cells', `${sweep.id} has a row for cell ${cell}`);
}
