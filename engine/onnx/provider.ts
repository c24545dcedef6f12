import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import { EngineError } from '../errors.ts';
import type { Device, Precision } from '../executor.ts';
import { installedFolder } from './library/installed-library.ts';

/** What ONNX Runtime needs to know to open a session on a device. */
export interface Provider {
  readonly device: Device;
  readonly precision: Precision;
}

/** Products in the precisions that a device's kernels really have. */
const PRECISIONS: Readonly<Record<Device, readonly Precision[]>> = {
  cpu: ['float32'],
  cuda: ['float32', 'tf32'],
  webgpu: ['float32'],
};

/**
 * Looks whether ONNX Runtime has a provider for the device. Whether a GPU answers is known only once a session opens;
 * then the error has the same code.
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what is missing and what to do.
 */
export function requireProvider(device: Device, precision: Precision): Provider {
  const names = listSupportedBackends().map(({ name }) => name);
  if (!names.includes(device)) {
    throw unavailable(
      `device to be one of this ONNX Runtime's (${names.join(', ')})`,
      device,
      'Use the device cpu, or another executor.',
    );
  }
  if (device === 'cuda') requireCudaLibrary();
  if (!PRECISIONS[device].includes(precision)) {
    throw unavailable(
      `precision on ${device} to be ${PRECISIONS[device].join(' or ')}`,
      precision,
      `Use float32 or the executor torch.`,
    );
  }
  return { device, precision };
}

/** npm's package lists `cuda` on every Linux; its library is too large for npm and comes by the package's installer. */
function requireCudaLibrary(): void {
  if (existsSync(join(installedFolder(), cudaLibraryName()))) return;
  throw unavailable(
    'library of the device cuda to be installed',
    `no ${cudaLibraryName()}`,
    'Run "node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12", which downloads it ' +
      '(Linux on x64 with CUDA 12 and cuDNN 9 only), or use the executor torch.',
  );
}

function cudaLibraryName(): string {
  return process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
}

function unavailable(expected: string, got: string, advice: string): EngineError {
  return new EngineError('EXECUTOR_UNAVAILABLE', `Expected the onnx executor's ${expected}, got ${got}. ${advice}`);
}
