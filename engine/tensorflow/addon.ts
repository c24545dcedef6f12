import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { AddonRecipe } from '../native/addon.ts';
import { locateAddon } from '../native/addon.ts';
import type { PythonPackage } from '../native/python-package.ts';
import { checkWheel } from './supported.ts';

/** The npm package with the addon's sources and the JavaScript around it. */
export function tfjsNodeFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

/**
 * How the npm package's own sources are compiled against TensorFlow's wheel, in place of the library that its
 * installer would fetch.
 * @throws EngineError EXECUTOR_UNAVAILABLE where the wheel is too old.
 */
export function tensorflowAddonRecipe({ folder, version }: PythonPackage): AddonRecipe {
  checkWheel(version);
  const binding = join(tfjsNodeFolder(), 'binding');
  return {
    name: 'tensorflow',
    sources: [join(binding, 'tfjs_backend.cc'), join(binding, 'tfjs_binding.cc')],
    includeFolders: [join(folder, 'include')],
    libraryFolders: [folder],
    // Wheels have no libtensorflow.so to find by its short name.
    libraries: [':libtensorflow_cc.so.2', ':libtensorflow_framework.so.2'],
    flags: [],
    version: `TensorFlow ${version}`,
  };
}

export interface InstalledAddon {
  readonly path: string;
  /** Of the TensorFlow that came with it. */
  readonly version: string;
}

/**
 * The addon that the npm package's installer fetched with a TensorFlow of its own, if somebody ran it:
 * `npm rebuild @tensorflow/tfjs-node-gpu --ignore-scripts=false`.
 */
export async function installedAddon(folder: string = tfjsNodeFolder()): Promise<InstalledAddon | undefined> {
  const [addons, libraries] = await Promise.all(
    ['lib', 'deps/lib'].map((name) => readdir(join(folder, name), { recursive: true }).catch(() => [])),
  );
  const addon = addons?.find((name) => /^napi-v\d+[\\/]tfjs_binding\.node$/.test(name));
  const version = libraries?.map((name) => /^libtensorflow\.so\.(\d+\.\d+\.\d+)$/.exec(name)?.[1]).find(Boolean);
  return addon === undefined || version === undefined ? undefined : { path: join(folder, 'lib', addon), version };
}

/**
 * The addon built against this wheel.
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what to install or to build.
 */
export async function builtAddon(pkg: PythonPackage | undefined, cacheFolder: string): Promise<string> {
  if (pkg === undefined) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      'Expected Python with TensorFlow, got none. Install it (pip install tensorflow-cpu, or tensorflow[and-cuda]), ' +
        'name its interpreter in TICKWORK_PYTHON where it is not the first in PATH, and run ' +
        '`tickwork engine build tensorflow`.',
    );
  }
  const addon = await locateAddon(tensorflowAddonRecipe(pkg), cacheFolder);
  if (addon !== undefined) return addon;
  throw new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected an addon for TensorFlow ${pkg.version} in ${cacheFolder}, got none. ` +
      'Run `tickwork engine build tensorflow`.',
  );
}
