import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import { EngineError } from '../errors.ts';
import type { ExecutorOptions } from '../executor.ts';
import { loadAddon } from '../native/addon.ts';
import { findPythonPackage } from '../native/python-package.ts';
import { builtAddon, installedAddon, tfjsNodeFolder } from './addon.ts';
import { loadedBackend, registerTensorFlow } from './backend.ts';
import { conflictingVariable, tensorflowEnvironment } from './environment.ts';
import { visibleGpu } from './gpu.ts';
import { checkOptions, gpuFault } from './supported.ts';

export interface LoadedTensorFlow {
  /** `TensorFlow 2.21.0 through @tensorflow/tfjs-node-gpu 4.22.0` */
  readonly library: string;
  /** `cpu`, or `cuda` and the GPU's name. */
  readonly device: string;
}

/**
 * Loads TensorFlow into this process, once, and makes it a tfjs backend: the library that the npm package's installer
 * fetched if it was run, else the one of the wheel that the addon was built against.
 * @throws EngineError EXECUTOR_UNAVAILABLE with the reason.
 */
export async function loadTensorFlow(options: ExecutorOptions, env: NodeJS.ProcessEnv): Promise<LoadedTensorFlow> {
  checkOptions(options);
  const backend = loadedBackend();
  const loaded = backend === undefined ? await load(options, env) : backend;
  if (backend !== undefined) checkLoaded(options, env);
  const gpu = options.device === 'cuda' ? await visibleGpu(env) : undefined;
  checkDevice(loaded, options, gpu?.computeCapability);
  const { version } = JSON.parse(await readFile(join(tfjsNodeFolder(), 'package.json'), 'utf8')) as { version: string };
  return {
    library: `TensorFlow ${loaded.binding.TF_Version} through @tensorflow/tfjs-node-gpu ${version}`,
    device: options.device === 'cuda' ? `cuda ${gpu?.name ?? 'GPU of unknown name'}` : 'cpu',
  };
}

/** TensorFlow looks for its devices while the addon is loaded, so the environment comes first. */
async function load(options: ExecutorOptions, env: NodeJS.ProcessEnv): Promise<NodeJSKernelBackend> {
  const own = await installedAddon();
  const pkg = own === undefined ? await findPythonPackage('tensorflow', { env }) : undefined;
  const path = own?.path ?? (await builtAddon(pkg, options.cacheFolder));
  // Whoever starts this process sets that one: the loader has read it already.
  const { LD_LIBRARY_PATH: _, ...settable } = tensorflowEnvironment(pkg, options, env);
  if (options.device === 'cuda') {
    const gpu = await visibleGpu({ ...env, ...settable });
    refuseFault(own?.version ?? pkg?.version ?? '', gpu?.computeCapability);
  }
  Object.assign(env, settable);
  return registerTensorFlow(await loadAddon(path));
}

function checkLoaded(options: ExecutorOptions, env: NodeJS.ProcessEnv): void {
  const wanted = tensorflowEnvironment(undefined, options, env);
  const name = conflictingVariable(wanted, env);
  if (name === undefined) return;
  throw new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected TensorFlow to be loaded with ${name}=${wanted[name]}, got ${env[name] ?? 'none'}: it is loaded once in ` +
      'a process. Open executors with other options in another process.',
  );
}

function checkDevice(
  { isUsingGpuDevice, binding }: NodeJSKernelBackend,
  { device }: ExecutorOptions,
  computeCapability: string | undefined,
): void {
  if (device !== 'cuda') {
    if (!isUsingGpuDevice) return;
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      'Expected TensorFlow to see no GPU, got one: CUDA was started before with GPUs visible. Use another process.',
    );
  }
  refuseFault(binding.TF_Version, computeCapability);
  if (isUsingGpuDevice) return;
  throw new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected TensorFlow ${binding.TF_Version} to see a GPU, got none. Install tensorflow[and-cuda] and a driver, and ` +
      "start the process with the folders of NVIDIA's wheels in LD_LIBRARY_PATH.",
  );
}

function refuseFault(version: string, computeCapability: string | undefined): void {
  const fault = computeCapability === undefined ? undefined : gpuFault(version, computeCapability);
  if (fault === undefined) return;
  throw new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected a TensorFlow for this GPU, got ${version}: ${fault}. Choose the executor torch or onnx.`,
  );
}
