import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
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
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    const checksum = createChecksum(request);
    await pipeline(body, capped(request.maxBytes), checksum.tap, createWriteStream(partial, { flush: true }), { signal });
    const actual = await checksum.result;
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

/** Passes the bytes on and hashes them, gunzipped where the request says so. */
function createChecksum({ checksumOf, maxUnpackedBytes = 0 }: DownloadRequest): {
  readonly tap: Transform;
  readonly result: Promise<string>;
} {
  const hash = createHash('sha256');
  if (checksumOf === 'file') {
    const tap = new Transform({
      transform(chunk: Buffer, _encoding, done: TransformCallback) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    return { tap, result: new Promise((resolve) => tap.once('end', () => resolve(hash.digest('hex')))) };
  }
  const gunzip = createGunzip();
  const result = pipeline(gunzip, capped(maxUnpackedBytes), async function drain(source) {
    for await (const chunk of source) hash.update(chunk as Buffer);
  }).then(() => hash.digest('hex'));
  // Awaited after the transfer; until then a damaged file must not count as an unhandled rejection.
  result.catch(() => {});
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (gunzip.destroyed || gunzip.write(chunk)) done(null, chunk);
      else {
        const go = (): void => {
          gunzip.off('drain', go).off('close', go);
          done(null, chunk);
        };
        gunzip.once('drain', go).once('close', go);
      }
    },
    flush(done: TransformCallback) {
      if (!gunzip.destroyed) gunzip.end();
      done();
    },
    destroy(error, done) {
      gunzip.destroy();
      done(error);
    },
  });
  return { tap, result };
}
