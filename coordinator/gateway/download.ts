import type { ServerResponse } from 'node:http';
import { writeChunk } from './backpressure.ts';

/** A piece of a document; the first one says what it is. */
export interface DownloadChunk {
  readonly data?: Buffer | Uint8Array | string;
  readonly mediaType?: string;
  readonly fileName?: string;
}

/**
 * Sends a document as a download.
 * A break after the first chunk cuts the connection, so that half a table never looks like a whole one.
 * @throws whatever the stream throws before its first chunk; nothing has been sent then.
 */
export async function sendDownload(
  response: ServerResponse,
  chunks: AsyncIterable<DownloadChunk>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let next = await iterator.next();
  const head = next.done ? undefined : next.value;
  response.writeHead(200, {
    'content-type': head?.mediaType || 'application/octet-stream',
    'content-disposition': `attachment; filename="${safeFileName(head?.fileName ?? '')}"`,
    'cache-control': 'no-store',
  });
  try {
    for (; !next.done; next = await iterator.next()) await writeChunk(response, next.value.data ?? '', signal);
    response.end();
  } catch (error) {
    response.destroy();
    if (!signal.aborted) throw error;
  } finally {
    await iterator.return?.();
  }
}

function safeFileName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'table';
}
