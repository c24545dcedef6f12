import type { JsMsg } from 'nats';
import { decodeRecord, recordContentHash, recordId } from '../../../proto/records.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { Delivery, Malformed } from '../../ports.ts';

const ACK_TIMEOUT_MS = 5_000;

/**
 * @param message of the record stream, still unacknowledged.
 * @param bound NATS knows who publishes, and limits each worker to its own subject: so a record counts on that subject only.
 */
export function toDelivery(message: JsMsg, logger: Logger, bound = false): Delivery | Malformed {
  async function ack(): Promise<void> {
    try {
      await message.ackAck({ timeout: ACK_TIMEOUT_MS });
    } catch (error) {
      // Nothing is lost and nothing can be done: the stream delivers it again, as it may at any time.
      logger.debug(
        { sequence: message.seq, error: String(error) },
        'The acknowledgement of a record was not confirmed',
      );
    }
  }

  const { seq: sequence, data } = message;
  const decoded = decodeRecord(data);
  if ('problem' in decoded) return { problem: decoded.problem, bytes: data, sequence, ack };
  const { record } = decoded;
  const publisher = message.subject.slice(message.subject.lastIndexOf('.') + 1);
  if (bound && publisher !== record.worker) {
    const problem = `Expected a record of the worker ${publisher}, on whose subject it came, got one of ${record.worker}`;
    return { problem, bytes: data, sequence, ack };
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
