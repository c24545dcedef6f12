import type { StoreBatch, StoredResult } from '../../coordinator/ports.ts';
import type { Disposition } from '../../core/trial/states.ts';
import { decodeRecord, recordContentHash, type TrialRecord } from '../../proto/records.ts';
import { createTableContents, type TableContents } from './table-contents.ts';
import type { Violations } from './violations.ts';

/**
 * Follows every record from the moment a worker has kept it, and asks at each handover whether the side that lets go may do so:
 * on the disk before it is published, in the table before it is acknowledged or receipted, receipted before it is forgotten.
 * Each coordinator answers for its own table.
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
  committed(table: string, batch: StoreBatch): void;
  overruled(table: string, results: readonly StoredResult[]): void;
  acknowledged(table: string, id: string, payload: Uint8Array): void;
  receipted(table: string, id: string, disposition: Disposition): void;
  /** What a worker's disk has, at a moment when nobody works on it. */
  found(worker: string, ids: ReadonlySet<string>): void;
  rowOf(table: string, sweepId: string, cell: number): StoredResult | undefined;
  /** The lease whose last word this record is, if it is one. */
  leaseOf(id: string): string | undefined;
  /** Everything kept has left its trace in each table, but for what lies on machines that never came back. */
  atTheEnd(tables: readonly string[], gone: ReadonlySet<string>): void;
  readonly keptRecords: number;
  readonly lost: number;
}

interface Kept {
  readonly record: TrialRecord;
  readonly hash: string;
  readonly payload: Uint8Array;
  receipted: boolean;
}

export function createRecordChecks(violations: Violations): RecordChecks {
  const kept = new Map<string, Kept>();
  const tables = new Map<string, TableContents>();
  let lost = 0;

  function table(name: string): TableContents {
    const known = tables.get(name) ?? createTableContents(violations);
    tables.set(name, known);
    return known;
  }

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
    committed: (name, batch) => table(name).committed(batch),
    overruled: (name, results) => table(name).overruled(results),
    acknowledged(name, id, payload) {
      const known = keptAs(id, payload);
      if (known && !table(name).has(known.record, known.hash))
        violations.add('commit before acknowledgement', `${id} is acknowledged and not in the table of ${name}`);
    },
    receipted(name, id, disposition) {
      const known = kept.get(id);
      if (known) known.receipted = true;
      const { accepts, has } = table(name);
      const durable = known && (disposition === 'committed' ? accepts : has)(known.record, known.hash);
      if (!durable)
        violations.add(
          'commit before receipt',
          `${id} has the receipt ${disposition} and the table of ${name} does not say so`,
        );
    },
    found(worker, ids) {
      for (const [id, { record, receipted }] of kept) {
        if (record.worker !== worker || receipted || ids.has(id)) continue;
        lost++;
        violations.add('I2 the outbox keeps until the receipt', `${worker} has lost ${id}`);
      }
    },
    rowOf: (name, sweepId, cell) => table(name).rowOf(sweepId, cell),
    leaseOf(id) {
      const record = kept.get(id)?.record;
      return record && record.kind !== 'report' ? record.leaseId : undefined;
    },
    atTheEnd(names, gone) {
      for (const [id, { record, hash }] of kept) {
        const without = names.filter((name) => !table(name).has(record, hash));
        if (without.length === 0 || gone.has(record.worker)) continue;
        lost++;
        violations.add('I2 nothing kept is lost', `${id} is not in the table of ${without.join(' and ')}`);
      }
    },
    get keptRecords() {
      return kept.size;
    },
    get lost() {
      return lost;
    },
  };
}
