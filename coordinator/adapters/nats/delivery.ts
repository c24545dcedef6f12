import type { JsMsg } from 'nats';
import { decodeRecord, recordContentHash, recordId } from '../../../proto/records.ts';
import type { NatsNames } from '../../../proto/subjects.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { Delivery, Malformed } from '../../ports.ts';

const ACK_TIMEOUT_MS = 5_000;

/** Confirms a message. Never rejects. */
export type Acknowledge = (message: JsMsg) => Promise<void>;

/**
 * Those of one moment share an answer: the server takes what one connection says in its order, so its answer to the last
 * acknowledgement speaks for those before.
 */
export function createAcknowledge(logger: Logger): Acknowledge {
  let waiting: JsMsg[] = [];
  let confirmed: Promise<void> | undefined;

  async function confirm(): Promise<void> {
    await Promise.resolve();
    const messages = waiting;
    waiting = [];
    confirmed = undefined;
    const last = messages.at(-1);
    try {
      for (const message of messages) if (message !== last) message.ack();
      await last?.ackAck({ timeout: ACK_TIMEOUT_MS });
    } catch (error) {
      // Nothing is lost and nothing can be done: the stream delivers them again, as it may at any time.
      const sequences = messages.map(({ seq }) => seq);
      logger.debug({ sequences, error: String(error) }, 'The acknowledgement of records was not confirmed');
    }
  }

  return (message) => {
    waiting.push(message);
    return (confirmed ??= confirm());
  };
}

/**
 * @param message of the record stream, still unacknowledged.
 * @param acknowledge called when the effect is durable: it is in nobody's hands any more.
 * @param bound given where NATS knows who publishes, and limits each program to its own subject: so a record counts on that subject
 * only, a worker's on the worker's and one that is reused on the coordinator's.
 */
export function toDelivery(
  message: JsMsg,
  acknowledge: Acknowledge,
  bound?: Pick<NatsNames, 'recordSubject' | 'reusedSubject'>,
): Delivery | Malformed {
  const ack = (): Promise<void> => acknowledge(message);
  const { seq: sequence, data } = message;
  const decoded = decodeRecord(data);
  if ('problem' in decoded) return { problem: decoded.problem, bytes: data, sequence, ack };
  const { record } = decoded;
  if (bound !== undefined) {
    const reused = 'reusedFrom' in record && record.reusedFrom !== undefined;
    const expected = reused ? bound.reusedSubject : bound.recordSubject(record.worker);
    if (message.subject !== expected) {
      const whose = reused ? 'that is reused' : `of ${record.worker}`;
      const problem = `Expected a record of whoever may publish on ${message.subject}, got one ${whose}, which comes on ${expected}`;
      return { problem, bytes: data, sequence, ack };
    }
  }
  return {
    record,
    id: recordId(record),
    contentHash: recordContentHash(record),
    sequence,
    deliveries: message.info.deliveryCount,
    ack,
  };
}
