import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../errors.ts';
import type { AddonRecipe } from '../native/addon.ts';
import { loadAddon, locateAddon } from '../native/addon.ts';
import type { PythonPackage } from '../native/python-package.ts';
import { findPythonPackage } from '../native/python-package.ts';
import type { TorchBinding } from './binding.ts';

/** Wheels of this version and later use the C++11 ABI of libstdc++. */
const NEW_ABI = [2, 7] as const;

/** How the interpreter in addon/ is compiled against the libtorch of a PyTorch wheel. */
export async function torchAddonRecipe({ folder, version }: PythonPackage): Promise<AddonRecipe> {
  const sources = sourceFolder();
  const names = (await readdir(sources)).filter((name) => extname(name) === '.cc').sort();
  const lib = join(folder, 'lib');
  const cuda = existsSync(join(lib, 'libtorch_cuda.so')) ? ['torch_cuda', 'c10_cuda'] : [];
  return {
    name: 'torch',
    sources: names.map((name) => join(sources, name)),
    includeFolders: [join(folder, 'include'), join(folder, 'include/torch/csrc/api/include')],
    libraryFolders: [lib],
    libraries: ['torch_cpu', 'c10', ...cuda],
    flags: hasNewAbi(version) ? [] : ['-D_GLIBCXX_USE_CXX11_ABI=0'],
    version: `PyTorch ${version}`,
  };
}

/**
 * Loads the addon that was built against this machine's PyTorch.
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what to install or to build.
 */
export async function loadTorch(cacheFolder: string, env: NodeJS.ProcessEnv): Promise<TorchBinding> {
  const pkg = await findPythonPackage('torch', { env });
  if (pkg === undefined) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      'Expected Python with PyTorch, got none. Install it (pip install torch), name its interpreter in ' +
        'TICKWORK_PYTHON where it is not the first in PATH, and run `tickwork engine build torch`.',
    );
  }
  const path = await locateAddon(await torchAddonRecipe(pkg), cacheFolder);
  if (path === undefined) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      `Expected an addon for PyTorch ${pkg.version} in ${cacheFolder}, got none. Run \`tickwork engine build torch\`.`,
    );
  }
  return (await loadAddon(path)) as TorchBinding;
}

function hasNewAbi(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > NEW_ABI[0] || (major === NEW_ABI[0] && minor >= NEW_ABI[1]);
}

/** The C++ sources: beside the package.json, as they are not compiled by `tsc`. */
function sourceFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error('Expected a package.json above the engine, got none.');
    folder = dirname(folder);
  }
  return join(folder, 'engine/torch/addon');
}
