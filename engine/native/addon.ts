import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { EngineError } from '../errors.ts';
import { compileSharedObject } from './compile.ts';
import { sharedObjectFault } from './shared-object.ts';

/** How an N-API addon is compiled against a library of the machine. */
export interface AddonRecipe {
  readonly name: 'torch' | 'tensorflow';
  /** C++ files, absolute. */
  readonly sources: readonly string[];
  readonly includeFolders: readonly string[];
  readonly libraryFolders: readonly string[];
  /** As after `-l`. */
  readonly libraries: readonly string[];
  /** More words for the compiler, for example `-D_GLIBCXX_USE_CXX11_ABI=0`. */
  readonly flags: readonly string[];
  /** The library's version, for example `torch 2.13.0+cpu`: part of the cache's key, as are the sources. */
  readonly version: string;
}

export interface BuildOptions {
  readonly cacheFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** What the compiler writes, as it writes it. */
  readonly onOutput?: (text: string) => void;
}

export interface BuiltAddon {
  readonly path: string;
  readonly seconds: number;
  /** It was there already. */
  readonly cached: boolean;
}

/** Part of every key: a change of how addons are compiled here makes all of them stale. */
const FORMAT = 2;

/** 16 hexadecimal digits that differ when the recipe, a source, a header beside a source, or the platform does. */
export async function addonKey(recipe: AddonRecipe): Promise<string> {
  const { sources, ...rest } = recipe;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([FORMAT, process.platform, process.arch, rest]));
  for (const path of [...sources, ...(await headersBeside(sources))]) {
    hash.update(`\0${basename(path)}\0`).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

/** @returns the addon of this recipe in the cache, `undefined` where it was not built yet or is damaged. */
export async function locateAddon(recipe: AddonRecipe, cacheFolder: string): Promise<string | undefined> {
  const path = await addonPath(recipe, cacheFolder);
  if (!(await exists(path))) return undefined;
  return (await faultOf(path)) === undefined ? path : undefined;
}

/**
 * Compiles the addon unless the cache has it. It appears in the cache whole or not at all; where several processes
 * build it at once, each compiles for itself and the last one's file stays.
 * @throws EngineError ADDON_BUILD_FAILED with the compiler's last lines.
 */
export async function buildAddon(recipe: AddonRecipe, options: BuildOptions): Promise<BuiltAddon> {
  const started = performance.now();
  const done = (path: string, cached: boolean): BuiltAddon => ({
    path,
    seconds: (performance.now() - started) / 1000,
    cached,
  });
  const existing = await locateAddon(recipe, options.cacheFolder);
  if (existing !== undefined) return done(existing, true);
  const path = await addonPath(recipe, options.cacheFolder);
  await mkdir(dirname(path), { recursive: true });
  // Beside its destination, so that the rename stays on one file system.
  const folder = await mkdtemp(join(dirname(path), '.build-'));
  try {
    await rename(await compileSharedObject(recipe, folder, options), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return done(path, false);
}

/**
 * Loads an addon into this process. Its libraries come with it, and stay until the process ends.
 * @throws EngineError EXECUTOR_UNAVAILABLE with the loader's reason: a missing library, another ABI, a damaged file.
 */
export async function loadAddon(path: string): Promise<unknown> {
  const refused = (reason: string, cause?: unknown): EngineError =>
    new EngineError('EXECUTOR_UNAVAILABLE', `Expected the addon ${path} to load, got: ${reason}. Build it again.`, {
      cause,
    });
  const fault = await faultOf(path).catch((error: unknown) => {
    throw refused(reasonOf(error), error);
  });
  if (fault !== undefined) throw refused(fault);
  try {
    return createRequire(import.meta.url)(path);
  } catch (error) {
    throw refused(reasonOf(error), error);
  }
}

async function addonPath(recipe: AddonRecipe, cacheFolder: string): Promise<string> {
  return join(cacheFolder, 'addons', `${recipe.name}-${await addonKey(recipe)}.node`);
}

async function headersBeside(sources: readonly string[]): Promise<readonly string[]> {
  const folders = [...new Set(sources.map((path) => dirname(path)))].sort();
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).sort().map((name) => join(folder, name))),
  );
  return found.flat().filter((path) => ['.h', '.hpp'].includes(extname(path)));
}

async function faultOf(path: string): Promise<string | undefined> {
  return process.platform === 'linux' ? sharedObjectFault(path) : undefined;
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
