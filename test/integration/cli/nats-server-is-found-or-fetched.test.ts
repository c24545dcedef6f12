import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findNatsServer } from '../../../cli/provision/nats-server.ts';
import { fakeMachine } from '../../support/fake-machine.ts';
import { serveHttp } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NOTHING = { baseUrl: 'http://127.0.0.1:9', sha256: {} };
const ISOLATED = { furtherFolders: [], releases: NOTHING };

test('PATH comes first, and nothing is fetched', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  await machine.script('nats-server', 'exit 0');
  await machine.script('apt-get', 'exit 1');
  expect(await findNatsServer(machine.context, ISOLATED)).toBe(join(machine.bin, 'nats-server'));
  expect(machine.said).toEqual([]);
});

test('a given path is taken or refused, never replaced', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  await machine.script('nats-server', 'exit 0');
  const given = join(folder.path, 'mine');
  await expect(findNatsServer(machine.context, { given })).rejects.toMatchObject({
    code: 'NATS_UNREACHABLE',
    message: expect.stringContaining(given),
  });
});

test('root installs the Debian package, refreshing the lists when they do not know it', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path, { uid: 0 });
  const log = join(folder.path, 'log');
  await machine.script(
    'apt-get',
    `echo "$@" >> ${log}
     case "$*" in
       update) touch ${folder.path}/lists ;;
       *install*) test -f ${folder.path}/lists && printf '#!/bin/sh\\n' > ${machine.bin}/nats-server && chmod +x ${machine.bin}/nats-server ;;
     esac`,
  );
  expect(await findNatsServer(machine.context, ISOLATED)).toBe(join(machine.bin, 'nats-server'));
  const calls = (await readFile(log, 'utf8')).trim().split('\n');
  expect(calls).toEqual([expect.stringContaining('install -y'), 'update', expect.stringContaining('install -y')]);
});

test('sudo without a password is used', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  await machine.script('sudo', 'test "$1" = -n && shift; exec "$@"');
  await machine.script('true', 'exit 0');
  await machine.script(
    'apt-get',
    `printf '#!/bin/sh\\n' > ${machine.bin}/nats-server && chmod +x ${machine.bin}/nats-server`,
  );
  expect(await findNatsServer(machine.context, ISOLATED)).toBe(join(machine.bin, 'nats-server'));
});

test('without root the package is unpacked into the cache, and found there the next time', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  await machine.script('sudo', 'exit 1');
  await machine.script('apt-get', 'test "$1" = download && touch nats-server_2.9.deb');
  await machine.script(
    'dpkg-deb',
    'mkdir -p tree/usr/sbin && printf "#!/bin/sh\\n" > tree/usr/sbin/nats-server && chmod +x tree/usr/sbin/nats-server',
  );
  const expected = join(machine.cache, 'debian/nats-server/usr/sbin/nats-server');
  expect(await findNatsServer(machine.context, ISOLATED)).toBe(expected);
  await machine.script('apt-get', 'exit 1');
  expect(await findNatsServer(machine.context, ISOLATED)).toBe(expected);
});

async function release(folder: string): Promise<Buffer> {
  const name = 'nats-server-v2.12.7-linux-amd64';
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'nats-server'), '#!/bin/sh\necho released\n');
  execFileSync('tar', ['-czf', join(folder, 'release.tar.gz'), '-C', folder, name]);
  return readFile(join(folder, 'release.tar.gz'));
}

test('a machine without apt gets the pinned release, if its checksum is right', async () => {
  await using folder = await temporaryFolder();
  const archive = await release(folder.path);
  await using server = await serveHttp((req, res) => {
    if (req.url === '/nats-server-v2.12.7-linux-amd64.tar.gz') res.end(archive);
    else res.writeHead(404).end();
  });
  const machine = await fakeMachine(folder.path);
  await machine.real('/usr/bin/tar');
  await machine.real('/usr/bin/gzip');
  const sha256 = createHash('sha256').update(archive).digest('hex');

  const wrong = { baseUrl: server.url, sha256: { 'linux-amd64': '0'.repeat(64) } };
  await expect(findNatsServer(machine.context, { furtherFolders: [], releases: wrong })).rejects.toThrow(
    /expected SHA-256/,
  );

  const right = { baseUrl: server.url, sha256: { 'linux-amd64': sha256 } };
  const found = await findNatsServer(machine.context, { furtherFolders: [], releases: right });
  expect(found).toBe(join(machine.cache, 'bin/nats-server'));
  expect(execFileSync(found, { encoding: 'utf8' })).toBe('released\n');
});

test('when every way is closed, one error says what was tried and what to install', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path, { platform: 'sunos', arch: 'sparc' });
  const failure = await findNatsServer(machine.context, { furtherFolders: [] }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'NATS_UNREACHABLE' });
  const { message } = failure as Error;
  expect(message).toContain('apt-get install nats-server: no apt-get on this machine');
  expect(message).toContain('official release: no checksum is pinned for sunos-sparc');
  expect(message).toContain('--nats-server PATH');
});

test('an interrupt ends the search', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path, { uid: 0 });
  const started = join(folder.path, 'started');
  await machine.script('apt-get', `touch ${started}; sleep 60`);
  const stop = new AbortController();
  const search = findNatsServer({ ...machine.context, signal: stop.signal }, ISOLATED);
  await expect
    .poll(() =>
      readFile(started).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  stop.abort(new Error('enough'));
  await expect(search).rejects.toThrow('enough');
});
