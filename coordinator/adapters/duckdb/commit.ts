import type { DuckDBConnection } from '@duckdb/node-api';
import { trialName } from '../../../proto/resource-names.ts';
import type { SetAside, StoreBatch, StoredResult } from '../../ports.ts';
import { contradiction } from '../contradiction.ts';
import { overruled } from '../overruled.ts';
import { append, appendAbsent, keyOf, type Row, storedByKey } from './rows.ts';
import { FAILURES, METRIC_VALUES, REPORTS, RESULTS, SET_ASIDE } from './schema.ts';

/** Writes a batch in the connection's open transaction. Rows that exist are left as they are. */
export async function writeBatch(connection: DuckDBConnection, batch: StoreBatch): Promise<void> {
  const rows = batch.results.map(resultRow);
  const hashes = await storedByKey(connection, RESULTS, rows, 'content_hash');
  const fresh: StoredResult[] = [];
  const contradicting: SetAside[] = [];
  batch.results.forEach((result, i) => {
    const key = keyOf(RESULTS, rows[i] as Row<typeof RESULTS>);
    const accepted = hashes.get(key);
    if (accepted === undefined) {
      hashes.set(key, result.contentHash);
      fresh.push(result);
    } else if (accepted !== result.contentHash) {
      contradicting.push(contradiction(result));
    }
  });
  await append(connection, RESULTS, fresh.map(resultRow));
  await append(connection, METRIC_VALUES, fresh.flatMap(metricRows));
  await appendAbsent(connection, REPORTS, batch.reports.map(reportRow));
  await appendAbsent(connection, FAILURES, batch.failures.map(failureRow));
  await appendAbsent(connection, SET_ASIDE, [...batch.setAside, ...contradicting].map(setAsideRow));
}

/** Moves results, with their metrics, to where what was superseded is kept; in the connection's open transaction. */
export async function setResultsAside(
  connection: DuckDBConnection,
  results: readonly StoredResult[],
  at: number,
): Promise<void> {
  for (const { sweepId, cell } of results) {
    for (const table of [METRIC_VALUES, RESULTS]) {
      await connection.run(`DELETE FROM ${table.name} WHERE sweep_id = $1 AND cell = $2`, [sweepId, BigInt(cell)]);
    }
  }
  const aside = results.map((result) => setAsideRow(overruled(result, at)));
  await appendAbsent(connection, SET_ASIDE, aside);
}

function resultRow(result: StoredResult): Row<typeof RESULTS> {
  const { reusedFrom } = result.record;
  return {
    sweep_id: result.sweepId,
    cell: result.cell,
    grid_index: result.gridIndex,
    seed: result.seed,
    attempt: result.record.attempt,
    worker: result.record.worker,
    record: JSON.stringify(result.record),
    content_hash: result.contentHash,
    sequence: result.sequence,
    committed_at: result.committedAt,
    trial_key: result.trialKey ?? '',
    reused_from: reusedFrom === undefined ? '' : trialName(reusedFrom.sweepId, reusedFrom.cell),
  };
}

function metricRows({ sweepId, cell, gridIndex, record }: StoredResult): Row<typeof METRIC_VALUES>[] {
  return Object.entries(record.metrics).map(([metric, value]) => ({
    sweep_id: sweepId,
    cell,
    metric,
    value,
    grid_index: gridIndex,
  }));
}

function reportRow(report: StoreBatch['reports'][number]): Row<typeof REPORTS> {
  return {
    sweep_id: report.sweepId,
    cell: report.cell,
    attempt: report.attempt,
    train_epoch: report.trainEpoch,
    metrics: JSON.stringify(report.metrics),
    worker: report.worker,
    sequence: report.sequence,
  };
}

function failureRow(failure: StoreBatch['failures'][number]): Row<typeof FAILURES> {
  return {
    sweep_id: failure.sweepId,
    cell: failure.cell,
    attempt: failure.attempt,
    failure: failure.failure,
    message: failure.message,
    worker: failure.worker,
    duration_ms: failure.durationMs,
    sequence: failure.sequence,
  };
}

function setAsideRow(aside: SetAside): Row<typeof SET_ASIDE> {
  return {
    id: aside.id,
    content_hash: aside.contentHash,
    disposition: aside.disposition,
    reason: aside.reason,
    body: aside.body,
    sequence: aside.sequence,
    noted_at: aside.at,
  };
}
