import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExecutorName, ExecutorOptions } from '../executor.ts';
import { findPythonPackage, type PythonPackage } from '../native/python-package.ts';
import { onnxEnvironment } from '../onnx/environment.ts';
import { installedAddon } from '../tensorflow/addon.ts';
import { tensorflowEnvironment } from '../tensorflow/environment.ts';

/** Whether somebody has built, or fetched, what the executor needs: cheap, and no promise that it works. */
export async function isPrepared(executor: ExecutorName, cacheFolder: string): Promise<boolean> {
  if (executor === 'onnx' || executor === 'cpu') return true;
  if ((await builtAddons(executor, cacheFolder)).length > 0) return true;
  return executor === 'tensorflow' && (await installedAddon()) !== undefined;
}

/** Text that changes when the executor's library does: names, versions, built addons and when they were written. */
export async function libraryIdentity(
  executor: ExecutorName,
  cacheFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  if (executor === 'onnx') return `onnxruntime-node ${await npmVersion('onnxruntime-node')}`;
  if (executor === 'cpu') return `tfjs-backend-cpu ${await npmVersion('@tensorflow/tfjs-backend-cpu')}`;
  const [pkg, addons] = await Promise.all([findPackage(executor, env), builtAddons(executor, cacheFolder)]);
  return [executor, pkg?.version ?? 'none', pkg?.folder ?? '', ...addons].join(' ');
}

/**
 * What a process needs in its environment before it starts, for the executor to open with these options: libraries that
 * the loader must find, devices that it may see, pages of memory.
 */
export async function executorEnvironment(
  executor: ExecutorName,
  options: ExecutorOptions,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  if (executor === 'onnx') return onnxEnvironment(options.device, process.platform, env);
  if (executor !== 'tensorflow') return {};
  const pkg = (await installedAddon()) === undefined ? await findPackage('tensorflow', env) : undefined;
  return tensorflowEnvironment(pkg, options, env);
}

/** A broken wheel is no package here; opening the executor says what is wrong with it. */
async function findPackage(name: 'torch' | 'tensorflow', env: NodeJS.ProcessEnv): Promise<PythonPackage | undefined> {
  return findPythonPackage(name, { env }).catch(() => undefined);
}

async function builtAddons(executor: ExecutorName, cacheFolder: string): Promise<readonly string[]> {
  const folder = join(cacheFolder, 'addons');
  const names = await readdir(folder).catch(() => []);
  const mine = names.filter((name) => name.startsWith(`${executor}-`) && name.endsWith('.node')).sort();
  return Promise.all(mine.map(async (name) => `${name}@${(await stat(join(folder, name))).mtimeMs}`));
}

async function npmVersion(name: string): Promise<string> {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(await readFile(path, 'utf8')) as { readonly version: string }).version;
}
