import type { SetAside, StoreBatch, StoredResult } from '../../coordinator/ports.ts';
import { recordId, type TrialRecord } from '../../proto/records.ts';
import type { Violations } from './violations.ts';

/** What one table has on its disk, by the commits that were seen: the checker's own book of it. */
export interface TableContents {
  committed(batch: StoreBatch): void;
  overruled(results: readonly StoredResult[]): void;
  rowOf(sweepId: string, cell: number): StoredResult | undefined;
  /** Whether it has the record as it was said, a result as the accepted one of its cell. */
  accepts(record: TrialRecord, contentHash: string): boolean;
  /** Whether it has the record at all: accepted, or set aside for inspection. */
  has(record: TrialRecord, contentHash: string): boolean;
}

export function createTableContents(violations: Violations): TableContents {
  const rows = new Map<string, StoredResult>();
  const asides = new Set<string>();
  const others = new Set<string>();
  const key = (sweepId: string, cell: number): string => `${sweepId} ${cell}`;
  const rowOf = (sweepId: string, cell: number): StoredResult | undefined => rows.get(key(sweepId, cell));

  function accepts(record: TrialRecord, contentHash: string): boolean {
    if (record.kind !== 'result') return others.has(recordId(record));
    const row = rowOf(record.sweepId, record.cell);
    return row?.record.attempt === record.attempt && row.contentHash === contentHash;
  }

  function putAside({ id, disposition, reason }: Pick<SetAside, 'id' | 'disposition' | 'reason'>): void {
    asides.add(id);
    if (disposition === 'quarantined') violations.add('I1 nothing contradicts', `${id} was quarantined: ${reason}`);
  }

  return {
    committed({ results, reports, failures, setAside }) {
      for (const row of results) if (!rowOf(row.sweepId, row.cell)) rows.set(key(row.sweepId, row.cell), row);
      for (const record of [...reports, ...failures]) others.add(recordId(record));
      for (const aside of setAside) putAside(aside);
    },
    overruled(results) {
      for (const { sweepId, cell, record } of results) {
        rows.delete(key(sweepId, cell));
        asides.add(recordId(record));
      }
    },
    rowOf,
    accepts,
    has: (record, contentHash) => accepts(record, contentHash) || asides.has(recordId(record)),
  };
}
