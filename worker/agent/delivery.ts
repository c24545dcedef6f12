import { dispositionCodec } from '../../proto/enums.ts';
import type { Receipts__Output as Receipts } from '../../proto/generated/tickwork/v1/Receipts.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../proto/records.ts';
import type { Emit } from '../events.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Publisher } from '../publisher/publisher.ts';
import { recordProblem } from './trial-record.ts';

/** From a record to its receipt: the outbox first, then NATS; only the coordinator's receipt ends it. */
export interface Delivery {
  /** Resolves once the record is on the disk; until then nobody may be told of it. */
  keep(record: TrialRecord): Promise<void>;
  /** @returns ids of the records that were waiting for these receipts. */
  receive(receipts: Receipts): readonly string[];
  /** Ids of all records without a receipt, in chunks that fit a message. */
  unreceipted(): readonly (readonly string[])[];
}

export interface DeliveryDeps {
  readonly outbox: Outbox;
  readonly publisher: Pick<Publisher, 'offer' | 'withdraw'>;
  readonly emit: Emit;
}

const CHUNK = 500;

export function createDelivery({ outbox, publisher, emit }: DeliveryDeps): Delivery {
  return {
    async keep(record) {
      const id = recordId(record);
      const problem = recordProblem(record);
      if (problem) return emit({ type: 'record:invalid', recordId: id, problem });
      const isNew = await outbox.append(id, encodeRecord(record));
      publisher.offer(id);
      if (isNew) emit({ type: 'record:kept', recordId: id });
    },
    receive({ receipts }) {
      const valid = receipts.flatMap(({ recordId: id, disposition }) => {
        const decoded = dispositionCodec.decode(disposition);
        return decoded ? [[id, decoded] as const] : [];
      });
      const dispositions = new Map(valid);
      const dropped = outbox.forget([...dispositions.keys()]);
      publisher.withdraw(dropped);
      for (const id of dropped)
        emit({ type: 'record:receipted', recordId: id, disposition: dispositions.get(id) ?? 'committed' });
      return dropped;
    },
    unreceipted() {
      const ids = outbox.ids();
      const chunks: (readonly string[])[] = [];
      for (let start = 0; start < ids.length; start += CHUNK) chunks.push(ids.slice(start, start + CHUNK));
      return chunks;
    },
  };
}
