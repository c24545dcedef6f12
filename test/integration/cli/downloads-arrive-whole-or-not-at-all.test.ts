import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type DownloadRequest, download } from '../../../cli/provision/download.ts';
import { serveHttp } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const BODY = Buffer.alloc(300_000, 'tickwork ');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function request(folder: string, url: string, change: Partial<DownloadRequest> = {}): DownloadRequest {
  return {
    url,
    destination: join(folder, 'file'),
    sha256: sha256(BODY),
    checksumOf: 'file',
    maxBytes: 1_000_000,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...change,
  };
}

test('a good file is put in place, through a redirect', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveHttp((req, res) => {
    if (req.url === '/moved') res.writeHead(302, { location: '/file' }).end();
    else res.end(BODY);
  });
  await download(request(folder.path, `${server.url}/moved`));
  expect(await readFile(join(folder.path, 'file'))).toEqual(BODY);
  expect(await readdir(folder.path)).toEqual(['file']);
});

test('a checksum may be of the unpacked contents, whatever the gzip header says', async () => {
  await using folder = await temporaryFolder();
  const packed = gzipSync(BODY, { level: 1 });
  await using server = await serveHttp((_, res) => res.end(packed));
  const change = { checksumOf: 'unpacked', maxUnpackedBytes: BODY.length } as const;
  await download(request(folder.path, server.url, change));
  expect(await readFile(join(folder.path, 'file'))).toEqual(packed);
});

const REFUSED: [name: string, change: Partial<DownloadRequest>, body: (whole: Buffer) => Buffer, message: RegExp][] = [
  ['other contents', { sha256: '0'.repeat(64) }, (whole) => whole, /expected SHA-256 0{64}, got [0-9a-f]{64}/],
  ['too many bytes', { maxBytes: 1000 }, (whole) => whole, /expected at most 1000 bytes/],
  [
    'a gzip bomb',
    { checksumOf: 'unpacked', maxUnpackedBytes: 1000 },
    (whole) => gzipSync(whole),
    /expected at most 1000 bytes/,
  ],
  [
    'a truncated gzip file',
    { checksumOf: 'unpacked', maxUnpackedBytes: 1e6 },
    (whole) => gzipSync(whole).subarray(0, -20),
    /unexpected end of file/,
  ],
  [
    'what is no gzip file',
    { checksumOf: 'unpacked', maxUnpackedBytes: 1e6 },
    (whole) => whole,
    /incorrect header check/,
  ],
];

test.each(REFUSED)('%s is refused and leaves nothing', async (_, change, body, message) => {
  await using folder = await temporaryFolder();
  await using server = await serveHttp((_req, res) => res.end(body(BODY)));
  await expect(download(request(folder.path, server.url, change))).rejects.toThrow(message);
  expect(await readdir(folder.path)).toEqual([]);
});

test('a connection that breaks is refused and leaves nothing', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveHttp((_, res) => {
    res.writeHead(200, { 'content-length': BODY.length });
    res.write(BODY.subarray(0, 1000), () => res.destroy());
  });
  await expect(download(request(folder.path, server.url))).rejects.toThrow(server.url);
  expect(await readdir(folder.path)).toEqual([]);
});

test('a server that goes silent is given up', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveHttp((_, res) => void res.write(BODY.subarray(0, 1000)));
  await expect(download(request(folder.path, server.url, { timeoutMs: 200 }))).rejects.toThrow(
    /not finished within 0.2 s/,
  );
  expect(await readdir(folder.path)).toEqual([]);
});

test('an HTTP error and a plain http address elsewhere are refused', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveHttp((_, res) => res.writeHead(404).end());
  await expect(download(request(folder.path, server.url))).rejects.toThrow(/answered HTTP 404/);
  await expect(download(request(folder.path, 'http://127.0.0.2/file'))).rejects.toThrow(/expected https/);
});
