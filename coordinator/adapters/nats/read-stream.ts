import { type Consumer, type ConsumerMessages, ErrorCode, type JsMsg, NatsError } from 'nats';
import type { NatsLink } from './connection.ts';
import { natsUnreachable } from './nats-errors.ts';

/**
 * What may be in flight, bytes: the server sends on while we decode. Above its `max_pending` (64 MB) it cuts a connection whose
 * client is busy as a slow consumer, and a thousand batches of half a MiB are more than that.
 */
const WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * All messages of a stream behind sequence `after` up to `last`, in order, over reconnects.
 * @param patienceMs how long to wait for any one message.
 * @throws TickworkError NATS_UNREACHABLE
 */
export async function* readStream(
  link: NatsLink,
  stream: string,
  { after, last }: { readonly after: number; readonly last: number },
  patienceMs: number,
): AsyncGenerator<JsMsg> {
  if (last <= after) return;
  const doing = `reading the stream ${stream}`;
  const { consumer, messages } = await open(link, stream, after + 1).catch((error: unknown) => {
    throw natsUnreachable(doing, error);
  });
  try {
    const iterator = messages[Symbol.asyncIterator]();
    for (;;) {
      // An ordered consumer makes itself anew after a lost connection, without an end of its own.
      const timer = setTimeout(() => messages.stop(NatsError.errorForCode(ErrorCode.Timeout)), patienceMs);
      const next = await iterator.next().finally(() => clearTimeout(timer));
      if (next.done) throw NatsError.errorForCode(ErrorCode.Timeout);
      yield next.value;
      if (next.value.seq >= last) return;
    }
  } catch (error) {
    throw error instanceof NatsError ? natsUnreachable(doing, error) : error;
  } finally {
    messages.stop();
    await consumer.delete().catch(() => undefined);
  }
}

async function open(
  link: NatsLink,
  stream: string,
  first: number,
): Promise<{ consumer: Consumer; messages: ConsumerMessages }> {
  const from = first > 1 ? { opt_start_seq: first } : {};
  const consumer = await link.jetStream.consumers.get(stream, from);
  return { consumer, messages: await consumer.consume({ max_bytes: WINDOW_BYTES }) };
}
