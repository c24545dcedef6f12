import { encodeRecord, recordId, type TrialRecord } from '../../../proto/records.ts';
import type { NatsNames } from '../../../proto/subjects.ts';
import type { RecordOutlet } from '../../ports.ts';
import type { NatsLink } from './connection.ts';
import { natsUnreachable } from './nats-errors.ts';

export interface NatsRecordOutletOptions {
  readonly link: NatsLink;
  readonly names: Pick<NatsNames, 'reusedSubject'>;
}

const PUBLISH_TIMEOUT_MS = 5_000;
/** Records that are under way at once. */
const MAX_UNDER_WAY = 256;

/** The coordinator's own records on JetStream, on a subject that no worker has. */
export function createNatsRecordOutlet({ link, names }: NatsRecordOutletOptions): RecordOutlet {
  const publish = (record: TrialRecord): Promise<unknown> =>
    link.jetStream.publish(names.reusedSubject, encodeRecord(record), {
      msgID: recordId(record),
      timeout: PUBLISH_TIMEOUT_MS,
    });
  return {
    async put(records) {
      try {
        for (let i = 0; i < records.length; i += MAX_UNDER_WAY)
          await Promise.all(records.slice(i, i + MAX_UNDER_WAY).map(publish));
      } catch (error) {
        throw natsUnreachable('putting reused results on the record stream', error);
      }
    },
  };
}
