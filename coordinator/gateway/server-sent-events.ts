import type { ServerResponse } from 'node:http';
import type { Logger } from '../../runtime/logger.ts';
import { writeChunk } from './backpressure.ts';
import { httpFailure } from './http-errors.ts';

export interface ServerSentEvent {
  /** The revision that the message shows. */
  readonly id: string;
  /** One line of JSON. */
  readonly data: string;
}

export interface EventStreamOptions {
  readonly signal: AbortSignal;
  /** Between comments that keep idle connections alive and let a client notice a dead one, ms. */
  readonly heartbeatMs: number;
  readonly logger: Logger;
}

/**
 * Sends a stream of messages as server-sent events (HTML Standard §9.2), pulling the next only when the client has taken the
 * last. Ends with an event `end` when the stream is complete, `failure` (data: the error body) when it broke, and with neither when
 * the signal aborts, which tells the client to come again.
 * @throws whatever the stream throws before its first message; nothing has been sent then.
 */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<ServerSentEvent>,
  { signal, heartbeatMs, logger }: EventStreamOptions,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  let next = await iterator.next();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Reverse proxies (nginx) would otherwise hold events back.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': alive\n\n');
  }, heartbeatMs);
  try {
    for (; !next.done && !signal.aborted; next = await iterator.next()) {
      await writeChunk(response, `id: ${next.value.id}\ndata: ${next.value.data}\n\n`, signal);
    }
    if (!signal.aborted) response.write('event: end\ndata: {}\n\n');
  } catch (error) {
    if (!signal.aborted) {
      const failure = httpFailure(error);
      logger.warn({ err: error }, 'an event stream broke');
      response.write(`event: failure\ndata: ${JSON.stringify(failure.body)}\n\n`);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
    await iterator.return?.();
  }
}
