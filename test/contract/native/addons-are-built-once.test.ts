import { execFileSync } from 'node:child_process';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AddonRecipe } from '../../../engine/native/addon.ts';
import { addonKey, buildAddon, loadAddon, locateAddon } from '../../../engine/native/addon.ts';
import { findNodeHeaders } from '../../../engine/native/node-headers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { env } = process;
const canCompile = await findNodeHeaders({ env }).then(
  () => {
    try {
      execFileSync(env.CXX ?? 'g++', ['--version']);
      return true;
    } catch {
      return false;
    }
  },
  () => false,
);

/** An addon that exports one number. */
const source = (answer: string): string => `#include <node_api.h>
#include "answer.h"
NAPI_MODULE_INIT() {
  napi_value number;
  napi_create_int32(env, ${answer}, &number);
  napi_set_named_property(env, exports, "answer", number);
  return exports;
}
`;

async function recipeIn(folder: string, answer = 'ANSWER'): Promise<AddonRecipe> {
  await writeFile(join(folder, 'answer.cc'), source(answer));
  await writeFile(join(folder, 'answer.h'), '#define ANSWER 42\n');
  return {
    name: 'torch',
    sources: [join(folder, 'answer.cc')],
    includeFolders: [],
    libraryFolders: [folder],
    libraries: [],
    flags: [],
    version: 'answer 1.0.0',
  };
}

describe.skipIf(!canCompile)('with a compiler', () => {
  test('an addon is compiled, found again, and compiled anew when a source or its header changes', async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path);
    const cacheFolder = join(folder.path, 'cache');
    expect(await locateAddon(recipe, cacheFolder)).toBeUndefined();
    const first = await buildAddon(recipe, { cacheFolder, env });
    expect(first.cached).toBe(false);
    expect(await loadAddon(first.path)).toMatchObject({ answer: 42 });
    expect(await buildAddon(recipe, { cacheFolder, env })).toMatchObject({ path: first.path, cached: true });
    expect(await locateAddon(recipe, cacheFolder)).toBe(first.path);

    await writeFile(join(folder.path, 'answer.h'), '#define ANSWER 43\n');
    expect(await locateAddon(recipe, cacheFolder)).toBeUndefined();
    const second = await buildAddon(recipe, { cacheFolder, env });
    expect(second.cached).toBe(false);
    expect(await loadAddon(second.path)).toMatchObject({ answer: 43 });
    expect(await loadAddon(first.path)).toMatchObject({ answer: 42 });
  });

  test('builders at the same time leave one whole addon and nothing else', async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path);
    const cacheFolder = join(folder.path, 'cache');
    const built = await Promise.all([1, 2, 3].map(() => buildAddon(recipe, { cacheFolder, env })));
    expect(new Set(built.map(({ path }) => path)).size).toBe(1);
    expect(await readdir(join(cacheFolder, 'addons'))).toHaveLength(1);
    expect(await loadAddon(built[0]?.path ?? '')).toMatchObject({ answer: 42 });
  });

  test("what the compiler refuses is an error with the compiler's lines, and leaves nothing", async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path, 'NO_SUCH_ANSWER');
    const cacheFolder = join(folder.path, 'cache');
    let heard = '';
    const onOutput = (text: string): void => {
      heard += text;
    };
    await expect(buildAddon(recipe, { cacheFolder, env, onOutput })).rejects.toMatchObject({
      code: 'ADDON_BUILD_FAILED',
      message: expect.stringMatching(/answer\.cc for the torch addon.*code 1.*NO_SUCH_ANSWER/s),
    });
    expect(heard).toContain('NO_SUCH_ANSWER');
    expect(await readdir(join(cacheFolder, 'addons'))).toEqual([]);
  });

  test('a library that is not there is an error that names it', async () => {
    await using folder = await temporaryFolder();
    const recipe = { ...(await recipeIn(folder.path)), libraries: ['no_such_library'] };
    await expect(buildAddon(recipe, { cacheFolder: folder.path, env })).rejects.toMatchObject({
      code: 'ADDON_BUILD_FAILED',
      message: expect.stringContaining('no_such_library'),
    });
  });

  test('an aborted build ends the compiler and leaves nothing', async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path);
    // Endless: the compiler waits for its input.
    await writeFile(join(folder.path, 'slow-compiler'), '#!/bin/sh\n[ "$1" = --version ] || sleep 600\n', {
      mode: 0o755,
    });
    const abort = new AbortController();
    const building = buildAddon(recipe, {
      cacheFolder: join(folder.path, 'cache'),
      env: { ...env, CXX: join(folder.path, 'slow-compiler') },
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(new Error('no longer wanted')), 300);
    await expect(building).rejects.toThrow('no longer wanted');
    expect(await readdir(join(folder.path, 'cache', 'addons')).catch(() => [])).toEqual([]);
  });

  test('an addon that is cut short anywhere is refused with the reason, and built again', async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path);
    const { path } = await buildAddon(recipe, { cacheFolder: folder.path, env });
    const { length } = await readFile(path);
    for (const kept of [length - 1, length >> 1, 64, 10, 0]) {
      await truncate(path, kept);
      await expect(loadAddon(path)).rejects.toMatchObject({
        code: 'EXECUTOR_UNAVAILABLE',
        message: expect.stringMatching(/to load, got: it (is cut short|has \d+ bytes)/),
      });
    }
    expect(await locateAddon(recipe, folder.path)).toBeUndefined();
    expect(await buildAddon(recipe, { cacheFolder: folder.path, env })).toMatchObject({ path, cached: false });
  });

  test('an addon built for another ABI is refused with the symbol, and does not end the process', async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path, 'ANSWER + missing::function(1)');
    await writeFile(join(folder.path, 'answer.h'), '#define ANSWER 42\nnamespace missing { int function(int); }\n');
    const { path } = await buildAddon(recipe, { cacheFolder: folder.path, env });
    await expect(loadAddon(path)).rejects.toMatchObject({
      code: 'EXECUTOR_UNAVAILABLE',
      message: expect.stringMatching(/undefined symbol: \w*missing\w*function.* Build it again\.$/),
    });
  });

  test('an addon whose library has gone is refused with its name', async () => {
    await using folder = await temporaryFolder();
    const recipe = await recipeIn(folder.path);
    await writeFile(join(folder.path, 'gone.c'), 'int gone() { return 1; }\n');
    execFileSync('g++', ['-shared', '-fPIC', '-o', join(folder.path, 'libgone.so'), join(folder.path, 'gone.c')]);
    const { path } = await buildAddon({ ...recipe, libraries: ['gone'] }, { cacheFolder: folder.path, env });
    await writeFile(join(folder.path, 'libgone.so'), '');
    await expect(loadAddon(path)).rejects.toMatchObject({
      code: 'EXECUTOR_UNAVAILABLE',
      message: expect.stringContaining('libgone.so'),
    });
  });
});

test('without a compiler the error says what to install', async () => {
  await using folder = await temporaryFolder();
  const recipe = await recipeIn(folder.path);
  const build = (without: NodeJS.ProcessEnv): Promise<unknown> =>
    buildAddon(recipe, { cacheFolder: folder.path, env: without });
  await expect(build({ PATH: folder.path })).rejects.toMatchObject({
    code: 'ADDON_BUILD_FAILED',
    message: expect.stringContaining('Install g++'),
  });
  await expect(build({ ...env, CXX: '/nowhere/g++' })).rejects.toMatchObject({
    code: 'ADDON_BUILD_FAILED',
    message: expect.stringContaining("'/nowhere/g++'"),
  });
});

test('the key is of everything that the addon is made of', async () => {
  await using folder = await temporaryFolder();
  const recipe = await recipeIn(folder.path);
  const keys = await Promise.all(
    [
      recipe,
      { ...recipe },
      { ...recipe, version: 'answer 1.0.1' },
      { ...recipe, flags: ['-DX'] },
      { ...recipe, libraryFolders: ['/elsewhere'] },
    ].map(addonKey),
  );
  expect(keys[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(4);
});

test('a file of another kind or for another processor is refused by name', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'addon.node');
  const elf = Buffer.alloc(64);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  const refusal = async (bytes: Buffer): Promise<string> => {
    await writeFile(path, bytes);
    return loadAddon(path).then(
      () => 'loaded',
      (error: Error) => error.message,
    );
  };
  expect(await refusal(Buffer.alloc(200))).toContain('not an ELF file');
  elf.writeUInt16LE(8, 18);
  expect(await refusal(elf)).toContain(`not built for ${process.arch}`);
  await expect(loadAddon(join(folder.path, 'absent.node'))).rejects.toMatchObject({ code: 'EXECUTOR_UNAVAILABLE' });
});
