import type { SetAside, StoreBatch, StoredResult } from '../../coordinator/ports.ts';
import type { Disposition } from '../../core/trial/states.ts';
import { decodeRecord, recordContentHash, recordId, type TrialRecord } from '../../proto/records.ts';
import type { Violations } from './violations.ts';

/**
 * Follows every record from the moment a worker has kept it, and asks at each handover whether the side that lets go may do so:
 * on the disk before it is published, in the table before it is acknowledged or receipted, receipted before it is forgotten.
 */
export interface RecordChecks {
  /** A worker counts on its outbox for this record from now on. */
  kept(id: string, payload: Uint8Array): TrialRecord | undefined;
  /** @param isOnDisk whether a worker's disk would give a record back after a loss of power. */
  published(
    id: string,
    payload: Uint8Array,
    earlier: Uint8Array | undefined,
    isOnDisk: (worker: string, id: string) => boolean,
  ): void;
  committed(batch: StoreBatch): void;
  acknowledged(id: string, payload: Uint8Array): void;
  receipted(id: string, disposition: Disposition): void;
  /** What a worker's disk has, at a moment when nobody works on it. */
  found(worker: string, ids: ReadonlySet<string>): void;
  rowOf(sweepId: string, cell: number): StoredResult | undefined;
  /** The lease whose last word this record is, if it is one. */
  leaseOf(id: string): string | undefined;
  /** Everything kept has left its trace in the table, but for what lies on machines that never came back. */
  atTheEnd(gone: ReadonlySet<string>): void;
  readonly keptRecords: number;
  readonly lost: number;
  readonly settled: number;
}

interface Kept {
  readonly record: TrialRecord;
  readonly hash: string;
  readonly payload: Uint8Array;
  receipted: boolean;
}

export function createRecordChecks(violations: Violations): RecordChecks {
  const kept = new Map<string, Kept>();
  const rows = new Map<string, StoredResult>();
  const asides = new Map<string, SetAside>();
  const others = new Set<string>();
  let lost = 0;

  const rowOf = (sweepId: string, cell: number): StoredResult | undefined => rows.get(`${sweepId} ${cell}`);

  function isAccepted({ record, hash }: Pick<Kept, 'record' | 'hash'>): boolean {
    if (record.kind !== 'result') return others.has(recordId(record));
    const row = rowOf(record.sweepId, record.cell);
    return row?.record.attempt === record.attempt && row.contentHash === hash;
  }

  const isDurable = (record: Pick<Kept, 'record' | 'hash'>): boolean =>
    isAccepted(record) || asides.has(recordId(record.record));

  function read(payload: Uint8Array): Pick<Kept, 'record' | 'hash'> | undefined {
    const decoded = decodeRecord(payload);
    return 'record' in decoded ? { record: decoded.record, hash: recordContentHash(decoded.record) } : undefined;
  }

  /** Undefined when no worker has kept these very bytes under this id. */
  function keptAs(id: string, payload: Uint8Array): Kept | undefined {
    const known = kept.get(id);
    return known && Buffer.compare(known.payload, payload) === 0 ? known : undefined;
  }

  return {
    kept(id, payload) {
      const record = read(payload);
      if (record && !kept.has(id)) kept.set(id, { ...record, payload, receipted: false });
      return record?.record;
    },
    published(id, payload, earlier, isOnDisk) {
      const known = keptAs(id, payload);
      if (earlier && !Buffer.from(earlier).equals(Buffer.from(payload)))
        violations.add('one message id, one record', `${id} was dropped as a repeat of another record`);
      if (!known || (!known.receipted && !isOnDisk(known.record.worker, id)))
        violations.add('outbox before publication', `${id} is published and would not survive a loss of power`);
    },
    committed({ results, reports, failures, setAside }) {
      for (const row of results) {
        const key = `${row.sweepId} ${row.cell}`;
        if (!rows.has(key)) rows.set(key, row);
      }
      for (const record of [...reports, ...failures]) others.add(recordId(record));
      for (const aside of setAside) {
        asides.set(aside.id, aside);
        if (aside.disposition === 'quarantined')
          violations.add('I1 nothing contradicts', `${aside.id} was quarantined: ${aside.reason}`);
      }
    },
    acknowledged(id, payload) {
      const record = keptAs(id, payload);
      if (record && !isDurable(record))
        violations.add('commit before acknowledgement', `${id} is acknowledged and not in the table`);
    },
    receipted(id, disposition) {
      const known = kept.get(id);
      if (known) known.receipted = true;
      const durable = known && (disposition === 'committed' ? isAccepted(known) : isDurable(known));
      if (!durable)
        violations.add('commit before receipt', `${id} has the receipt ${disposition} and the table does not say so`);
    },
    found(worker, ids) {
      for (const [id, { record, receipted }] of kept) {
        if (record.worker !== worker || receipted || ids.has(id)) continue;
        lost++;
        violations.add('I2 the outbox keeps until the receipt', `${worker} has lost ${id}`);
      }
    },
    rowOf,
    leaseOf(id) {
      const record = kept.get(id)?.record;
      return record && record.kind !== 'report' ? record.leaseId : undefined;
    },
    atTheEnd(gone) {
      for (const [id, record] of kept) {
        if (isDurable(record) || gone.has(record.record.worker)) continue;
        lost++;
        violations.add('I2 nothing kept is lost', `${id} is not in the table`);
      }
    },
    get keptRecords() {
      return kept.size;
    },
    get lost() {
      return lost;
    },
    get settled() {
      return rows.size + others.size + asides.size;
    },
  };
}
