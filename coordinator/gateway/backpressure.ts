import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Writes, then waits until the client has room again. @throws AbortError when `signal` aborts while waiting. */
export async function writeChunk(
  response: ServerResponse,
  chunk: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (!response.write(chunk)) await once(response, 'drain', { signal });
}
