import type { JsMsg } from 'nats';
import { decodeRecord, recordContentHash, recordId } from '../../../proto/records.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { Delivery, Malformed } from '../../ports.ts';

const ACK_TIMEOUT_MS = 5_000;

/**
 * @param message of the record stream, still unacknowledged.
 * @param onAck the effect is durable: it is in nobody's hands any more.
 */
export function toDelivery(message: JsMsg, logger: Logger, onAck: () => void): Delivery | Malformed {
  async function ack(): Promise<void> {
    onAck();
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
  return {
    record,
    id: recordId(record),
    contentHash: recordContentHash(record),
    sequence,
    deliveries: message.info.deliveryCount,
    ack,
  };
}
