import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendDownload } from './download.ts';
import type { HttpFailure } from './http-errors.ts';
import type { Reply } from './routes.ts';
import { type EventStreamOptions, sendEvents } from './server-sent-events.ts';
import type { StaticFile } from './static-files.ts';

/** Turns a reply into bytes. `node:http` itself drops the body of an answer to HEAD. */
export async function sendReply(response: ServerResponse, reply: Reply, options: EventStreamOptions): Promise<void> {
  switch (reply.kind) {
    case 'text':
      sendText(response, reply.status, reply.contentType, reply.body);
      return;
    case 'events':
      return sendEvents(response, reply.events, options);
    case 'download':
      return sendDownload(response, reply.chunks, options.signal);
  }
}

export function sendFailure(response: ServerResponse, failure: HttpFailure): void {
  for (const [name, value] of Object.entries(failure.headers)) response.setHeader(name, value);
  sendText(response, failure.status, 'application/json; charset=utf-8', JSON.stringify(failure.body));
}

export function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile): void {
  response.setHeader('cache-control', file.cacheControl);
  response.setHeader('etag', file.etag);
  response.setHeader('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  const packed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) ? file.gzip : undefined;
  const body = packed ?? file.body;
  if (packed) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': file.contentType, 'content-length': body.length }).end(body);
}

function sendText(response: ServerResponse, status: number, contentType: string, body: string): void {
  const bytes = Buffer.from(body);
  response
    .writeHead(status, { 'content-type': contentType, 'content-length': bytes.length, 'cache-control': 'no-store' })
    .end(bytes);
}
