import { createEventParser } from './event-parser.ts';
import { ConnectionLost, checkAnswer, toFailure } from './failures.ts';

/** Three missed heartbeats of the gateway (15 s): the connection is dead although nobody said so. */
const IDLE_LIMIT_MS = 45_000;

/**
 * The messages of one server-sent event stream, until the server says that it is complete. Not EventSource, which hides the
 * status and the message of a refusal and comes again even when the stream is complete.
 * @throws ApiError when refused @throws ConnectionLost when the stream stops without an end.
 */
export async function* openEventStream<Message>(url: string, signal: AbortSignal): AsyncGenerator<Message> {
  const idle = new AbortController();
  const abort = (): void => idle.abort();
  let timer = setTimeout(abort, IDLE_LIMIT_MS);
  signal.addEventListener('abort', abort);
  try {
    const response = await checkAnswer(
      await fetch(url, { signal: idle.signal, headers: { accept: 'text/event-stream' } }),
    );
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const parse = createEventParser();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
      clearTimeout(timer);
      timer = setTimeout(abort, IDLE_LIMIT_MS);
      if (done) throw new ConnectionLost(new Error('The stream stopped.'));
      for (const event of parse(value)) {
        if (event.type === 'end') return;
        if (event.type === 'failure') throw toFailure(JSON.parse(event.data));
        yield JSON.parse(event.data) as Message;
      }
    }
  } catch (error) {
    const network = error instanceof TypeError || (error instanceof DOMException && error.name === 'AbortError');
    throw network ? new ConnectionLost(error) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    idle.abort();
  }
}
