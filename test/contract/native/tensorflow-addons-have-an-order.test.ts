import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addonKey } from '../../../engine/native/addon.ts';
import { builtAddon, installedAddon, tensorflowAddonRecipe } from '../../../engine/tensorflow/addon.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const pkg = { folder: '/site/tensorflow', version: '2.21.0', python: '/bin/python' };

test("the npm package's own addon counts only with the library that it needs", async () => {
  await using folder = await temporaryFolder();
  expect(await installedAddon(folder.path)).toBeUndefined();
  await mkdir(join(folder.path, 'lib/napi-v8'), { recursive: true });
  await writeFile(join(folder.path, 'lib/napi-v8/tfjs_binding.node'), '');
  expect(await installedAddon(folder.path)).toBeUndefined();
  await mkdir(join(folder.path, 'deps/lib'), { recursive: true });
  for (const name of ['libtensorflow.so', 'libtensorflow.so.2.9.1', 'libtensorflow_framework.so.2.9.1'])
    await writeFile(join(folder.path, 'deps/lib', name), '');
  expect(await installedAddon(folder.path)).toEqual({
    path: join(folder.path, 'lib/napi-v8/tfjs_binding.node'),
    version: '2.9.1',
  });
});

test('the recipe compiles sources that the npm package has, and differs for every wheel', async () => {
  const recipe = tensorflowAddonRecipe(pkg);
  for (const source of recipe.sources) await access(source);
  expect(recipe).toMatchObject({ libraryFolders: [pkg.folder], version: 'TensorFlow 2.21.0' });
  const other = tensorflowAddonRecipe({ ...pkg, version: '2.22.0' });
  expect(await addonKey(other)).not.toBe(await addonKey(recipe));
  expect(() => tensorflowAddonRecipe({ ...pkg, version: '2.15.0' })).toThrow(/≥ 2\.16/);
});

test('what is missing is said with the command that mends it', async () => {
  await using folder = await temporaryFolder();
  await expect(builtAddon(undefined, folder.path)).rejects.toMatchObject({
    code: 'EXECUTOR_UNAVAILABLE',
    message: expect.stringMatching(/pip install.*TICKWORK_PYTHON.*tickwork engine build tensorflow/),
  });
  await expect(builtAddon(pkg, folder.path)).rejects.toMatchObject({
    code: 'EXECUTOR_UNAVAILABLE',
    message: expect.stringMatching(/TensorFlow 2\.21\.0.*Run `tickwork engine build tensorflow`/),
  });
});
