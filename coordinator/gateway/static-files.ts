import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface StaticFile {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly body: Buffer;
  /** Absent where compression gains nothing. */
  readonly gzip?: Buffer;
}

/** @returns the file for a URL path (percent signs and all, as received), or undefined. */
export type StaticFiles = (path: string) => StaticFile | undefined;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** Paths that the page itself understands: words and slashes, no dot, no percent sign. */
const PAGE_PATH = /^\/(?:[A-Za-z0-9_-]+\/?)*$/;

/**
 * Reads the built dashboard once. A request then only looks up a name in this map and never becomes a file-system path, so there is
 * nothing for `..` to climb out of.
 * @returns undefined when `root` has no index.html (the dashboard is not built).
 */
export function loadStaticFiles(root: string): StaticFiles | undefined {
  const files = new Map<string, StaticFile>();
  for (const path of listFiles(root)) {
    const urlPath = `/${relative(root, path).split(sep).join('/')}`;
    files.set(urlPath, loadFile(path, urlPath));
  }
  const index = files.get('/index.html');
  if (!index) return undefined;
  return (path) => files.get(path) ?? (PAGE_PATH.test(path) ? index : undefined);
}

function listFiles(root: string): string[] {
  try {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function loadFile(path: string, urlPath: string): StaticFile {
  const body = readFileSync(path);
  const contentType = CONTENT_TYPES[extname(path)] ?? 'application/octet-stream';
  const gzip = extname(path) === '.png' ? undefined : gzipSync(body);
  return {
    contentType,
    // Vite puts a hash of the contents into names under assets/; everything else must be asked for again.
    cacheControl: urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    body,
    ...(gzip && gzip.length < body.length ? { gzip } : {}),
  };
}
