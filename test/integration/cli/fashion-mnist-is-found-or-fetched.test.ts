import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { FASHION_MNIST_FILES, findFashionMnist, PACKAGE_ROOT } from '../../../cli/provision/fashion-mnist.ts';
import { fakeMachine } from '../../support/fake-machine.ts';
import { serveHttp } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NAMES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];
const CONTENTS = new Map(NAMES.map((name) => [name, Buffer.from(`contents of ${name}`)]));
const FILES = NAMES.map((name) => {
  const contents = CONTENTS.get(name) as Buffer;
  return { name, bytes: contents.length, sha256: createHash('sha256').update(contents).digest('hex') };
});

async function putFiles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of NAMES) await writeFile(join(folder, name), '');
}

test('a given folder comes before the package, the package before the cache', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  const [given, packageRoot] = [join(folder.path, 'given'), join(folder.path, 'package')];
  await putFiles(join(machine.cache, 'datasets', 'fashion-mnist'));
  expect(await findFashionMnist(machine.context, { packageRoot })).toBe(join(machine.cache, 'datasets'));
  await putFiles(join(packageRoot, 'fashion-mnist'));
  expect(await findFashionMnist(machine.context, { packageRoot })).toBe(packageRoot);
  await putFiles(given);
  expect(await findFashionMnist(machine.context, { packageRoot, roots: [given] })).toBe(given);
});

test('root installs the package', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path, { uid: 0 });
  const packageRoot = join(folder.path, 'package');
  await machine.script(
    'apt-get',
    `mkdir -p ${packageRoot}/fashion-mnist; cd ${packageRoot}/fashion-mnist && touch ${NAMES.join(' ')}`,
  );
  expect(await findFashionMnist(machine.context, { packageRoot })).toBe(packageRoot);
});

test('without root the package is unpacked into the cache', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  await machine.script('apt-get', 'test "$1" = download && touch d.deb');
  await machine.script(
    'dpkg-deb',
    `mkdir -p tree/usr/share/datasets/fashion-mnist && cd tree/usr/share/datasets/fashion-mnist && touch ${NAMES.join(' ')}`,
  );
  const root = await findFashionMnist(machine.context, { packageRoot: join(folder.path, 'package') });
  expect(root).toBe(join(machine.cache, 'debian/dataset-fashion-mnist/usr/share/datasets'));
});

test('the second mirror is asked when the first has other images; the folder appears whole', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  await using server = await serveHttp((req, res) => {
    const [, mirror, name] = (req.url ?? '').split('/');
    const contents = CONTENTS.get(name ?? '');
    if (contents === undefined) res.writeHead(404).end();
    else res.end(gzipSync(mirror === 'bad' && name?.startsWith('t10k') ? Buffer.from('something else') : contents));
  });
  const search = { packageRoot: join(folder.path, 'package'), files: FILES };
  const bad = findFashionMnist(machine.context, { ...search, mirrors: [`${server.url}/bad`] });
  await expect(bad).rejects.toMatchObject({
    code: 'DATASET_MISSING',
    message: expect.stringContaining('expected SHA-256'),
  });
  expect(await readdir(join(machine.cache, 'datasets'))).toEqual([]);

  const root = await findFashionMnist(machine.context, {
    ...search,
    mirrors: [`${server.url}/bad`, `${server.url}/good`],
  });
  expect(root).toBe(join(machine.cache, 'datasets'));
  expect((await readdir(join(root, 'fashion-mnist'))).toSorted()).toEqual(NAMES.toSorted());
});

test('when every way is closed, one error says what was tried and what to install', async () => {
  await using folder = await temporaryFolder();
  const machine = await fakeMachine(folder.path);
  const search = { packageRoot: join(folder.path, 'package'), mirrors: ['http://127.0.0.1:9'] };
  const failure = await findFashionMnist(machine.context, search).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'DATASET_MISSING' });
  expect((failure as Error).message).toContain('apt-get install dataset-fashion-mnist: no apt-get on this machine');
  expect((failure as Error).message).toContain('--dataset-root DIR');
});

test('the pinned checksums are those of the Debian package', async () => {
  for (const { name, bytes, sha256 } of FASHION_MNIST_FILES) {
    const contents = gunzipSync(await readFile(join(PACKAGE_ROOT, 'fashion-mnist', name)));
    expect(contents.length).toBe(bytes);
    expect(createHash('sha256').update(contents).digest('hex')).toBe(sha256);
  }
});
