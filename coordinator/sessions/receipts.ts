import { isCell, trialOf } from '../../core/sweep/state.ts';
import type { Disposition } from '../../core/trial/states.ts';
import { parseRecordId } from '../../proto/records.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ResultStore } from '../ports.ts';

export interface ReceiptAnswer {
  readonly recordId: string;
  readonly disposition: Disposition;
}

const MAX_REPORTS = 10_000;

/**
 * Receipts for records whose receipt the worker never got: what is durable already is said again, anything else stays open and
 * comes through NATS. Never guesses: no answer means "keep it".
 */
export async function answerUnreceipted(
  ids: readonly string[],
  ledger: Ledger,
  store: ResultStore,
): Promise<ReceiptAnswer[]> {
  const answers: ReceiptAnswer[] = [];
  const reports = new Map<string, Promise<Set<string>>>();
  const others: string[] = [];
  for (const recordId of ids) {
    const key = parseRecordId(recordId);
    const sweep = key && ledger.state.sweeps.get(key.sweepId);
    if (!key || !sweep || !isCell(sweep, key.cell)) continue;
    if (key.kind === 'report') {
      const cellKey = `${key.sweepId}/${key.cell}`;
      const known = reports.get(cellKey) ?? reportKeys(store, key.sweepId, key.cell);
      reports.set(cellKey, known);
      if ((await known).has(`${key.attempt}.${key.trainEpoch}`)) answers.push({ recordId, disposition: 'committed' });
      continue;
    }
    const row = key.kind === 'result' ? await store.result(key.sweepId, key.cell) : undefined;
    // A row without its event is no answer: another coordinator may have taken over between the two.
    const trial = trialOf(sweep, key.cell);
    const accepted = trial.state === 'succeeded' && trial.attempt === key.attempt;
    if (accepted && row?.record.attempt === key.attempt) answers.push({ recordId, disposition: 'committed' });
    else others.push(recordId);
  }
  // That the cell is decided is no answer yet: the record itself must be in the table, to be found there.
  if (others.length > 0) {
    for (const [recordId, disposition] of await store.dispositions(others)) answers.push({ recordId, disposition });
  }
  return answers;
}

async function reportKeys(store: ResultStore, sweepId: string, cell: number): Promise<Set<string>> {
  const points = await store.reports({ sweepId, cells: [cell], limit: MAX_REPORTS });
  return new Set(points.map(({ attempt, trainEpoch }) => `${attempt}.${trainEpoch}`));
}
