import { chmod, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findNodeHeaders } from '../../../engine/native/node-headers.ts';
import { findPythonPackage } from '../../../engine/native/python-package.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FILES = ['lib/libtorch_cpu.so', 'lib/libc10.so', 'include/ATen/ATen.h'];
const python3 = await import('node:child_process').then(({ spawnSync }) => {
  const { status, stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
});

/** The header of an ELF file for this processor, which promises `length` bytes. */
function sharedObject(length = 64): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  header.writeUInt16LE(process.arch === 'arm64' ? 183 : 62, 18);
  header.writeBigUInt64LE(BigInt(length), 40);
  return header;
}

/** A package that would end the interpreter if it were imported. */
async function install(site: string, files: readonly string[] = FILES): Promise<void> {
  for (const file of [...files, '__init__.py']) {
    await mkdir(dirname(join(site, 'torch', file)), { recursive: true });
    await writeFile(join(site, 'torch', file), file.endsWith('.so') ? sharedObject() : 'import os; os._exit(3)\n');
  }
  await mkdir(join(site, 'torch-9.8.7+cpu.dist-info'), { recursive: true });
  await writeFile(join(site, 'torch-9.8.7+cpu.dist-info', 'METADATA'), 'Name: torch\nVersion: 9.8.7+cpu\n');
}

/** A `python` with packages of its own. */
async function interpreter(path: string, site: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho a hook says hello\nPYTHONPATH='${site}' exec '${python3}' "$@"\n`);
  await chmod(path, 0o755);
}

test.skipIf(python3 === undefined)(
  'the first interpreter that has the package wins, in the documented order',
  async () => {
    await using folder = await temporaryFolder();
    const root = await realpath(folder.path);
    const env: NodeJS.ProcessEnv = { PATH: join(root, 'path') };
    const places = ['path/python', 'path/python3', 'conda/bin/python', 'venv/bin/python', 'chosen'];
    const variables = { CONDA_PREFIX: 'conda', VIRTUAL_ENV: 'venv', TICKWORK_PYTHON: 'chosen' };
    await interpreter(join(root, 'path/python3'), join(root, 'empty'));
    for (const [name, path] of Object.entries(variables)) env[name] = join(root, path);
    for (const place of places) {
      const site = join(root, 'site', place);
      await interpreter(join(root, place), site);
      await install(site);
      expect(await findPythonPackage('torch', { env })).toMatchObject({
        folder: join(site, 'torch'),
        version: '9.8.7+cpu',
      });
    }
  },
);

test.skipIf(python3 === undefined)('a package that is not whole is told from one that is absent', async () => {
  await using folder = await temporaryFolder();
  const root = await realpath(folder.path);
  const env = { PATH: join(root, 'path') };
  const site = join(root, 'site');
  await interpreter(join(root, 'path/python3'), site);
  expect(await findPythonPackage('torch', { env })).toBeUndefined();
  await install(site, FILES.slice(1));
  await expect(findPythonPackage('torch', { env })).rejects.toMatchObject({
    code: 'EXECUTOR_UNAVAILABLE',
    message: expect.stringMatching(/site\/torch, got 9\.8\.7\+cpu without lib\/libtorch_cpu\.so\. Install it again/),
  });
  await install(site);
  await writeFile(join(site, 'torch/lib/libc10.so'), sharedObject(1000));
  await expect(findPythonPackage('torch', { env })).rejects.toMatchObject({
    message: expect.stringContaining('whose lib/libc10.so cannot be loaded: it is cut short: 64 of 1000 bytes'),
  });
  // A whole one of a later interpreter is taken all the same.
  await interpreter(join(root, 'path/python'), join(root, 'other'));
  await install(join(root, 'other'));
  expect(await findPythonPackage('torch', { env })).toMatchObject({ folder: join(root, 'other/torch') });
});

test('a machine without Python has no packages', async () => {
  await using folder = await temporaryFolder();
  expect(await findPythonPackage('tensorflow', { env: { PATH: folder.path } })).toBeUndefined();
});

test('an interpreter that was named and does not run is an error', async () => {
  const env = { PATH: '/nowhere', TICKWORK_PYTHON: '/nowhere/python' };
  await expect(findPythonPackage('torch', { env })).rejects.toMatchObject({
    code: 'EXECUTOR_UNAVAILABLE',
    message: expect.stringContaining('/nowhere/python'),
  });
});

test("Node.js's headers are found beside Node.js, where npm was told, or not at all with what to install", async () => {
  await using folder = await temporaryFolder();
  const root = folder.path;
  const options = { env: { HOME: root }, execPath: join(root, 'node/bin/node'), systemFolders: [join(root, 'system')] };
  await expect(findNodeHeaders(options)).rejects.toMatchObject({
    code: 'ADDON_BUILD_FAILED',
    message: expect.stringMatching(/node_api\.h.*libnode-dev.*npm_config_nodedir/),
  });
  const places = ['system', 'node/include/node', 'nodedir/include/node'];
  const env = { HOME: root, npm_config_nodedir: join(root, 'nodedir') };
  for (const place of places) {
    await mkdir(join(root, place), { recursive: true });
    await writeFile(join(root, place, 'node_api.h'), '');
    expect(await findNodeHeaders({ ...options, env })).toBe(join(root, place));
  }
});
