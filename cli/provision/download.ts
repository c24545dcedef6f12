import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';

export interface DownloadRequest {
  /** https, or http on this machine. */
  readonly url: string;
  readonly destination: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Whether the checksum is of the file itself or of what gunzip makes of it. */
  readonly checksumOf: 'file' | 'unpacked';
  /** Caps on the file and, with `unpacked`, on its unpacked contents. */
  readonly maxBytes: number;
  readonly maxUnpackedBytes?: number;
  /** From the request to the last byte. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Fetches one file with a known checksum. The destination appears whole and checked, or not at all.
 * @throws Error saying in one line what was wrong.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { url, destination } = request;
  requireSafe(new URL(url));
  const partial = `${destination}.${process.pid}.partial`;
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = AbortSignal.any([timeout, request.signal]);
  try {
    await mkdir(dirname(destination), { recursive: true });
    const response = await fetch(url, { signal, redirect: 'follow' });
    if (!response.ok || !response.body) throw new Error(`answered HTTP ${response.status}`);
    requireSafe(new URL(response.url));
    // Opened here and not by the stream: a stream that breaks at once might create the file after its removal below.
    const file = await open(partial, 'w');
    // Made here and not before: an error of a stream that nobody reads yet would end the process.
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, capped(request.maxBytes), file.createWriteStream({ flush: true }), { signal });
    const actual = await checksum(partial, request, signal);
    if (actual !== request.sha256) throw new Error(`expected SHA-256 ${request.sha256}, got ${actual}`);
    await rename(partial, destination);
  } catch (error) {
    const why = timeout.aborted ? `not finished within ${request.timeoutMs / 1000} s` : reasonOf(error);
    throw new Error(`${url}: ${why}`, { cause: error });
  } finally {
    await rm(partial, { force: true });
  }
}

function requireSafe({ protocol, hostname }: URL): void {
  if (protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1')) return;
  throw new Error(`expected https, got ${protocol}//${hostname}`);
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const inner = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return `${error instanceof Error ? error.message : String(error)}${inner}`;
}

function capped(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new Error(`expected at most ${maxBytes} bytes, got more`));
      else done(null, chunk);
    },
  });
}

/** SHA-256 of the file, or of what gunzip makes of it. */
async function checksum(file: string, request: DownloadRequest, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const read = createReadStream(file);
  if (request.checksumOf === 'file') await pipeline(read, hash, { signal });
  else await pipeline(read, createGunzip(), capped(request.maxUnpackedBytes ?? 0), hash, { signal });
  return hash.digest('hex');
}
