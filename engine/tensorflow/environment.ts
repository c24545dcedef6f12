import { delimiter, dirname, join } from 'node:path';
import type { ExecutorOptions } from '../executor.ts';
import type { PythonPackage } from '../native/python-package.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Folders of NVIDIA's wheels beside TensorFlow's; the loader passes over those that are not there. */
const NVIDIA_WHEELS = [
  'cublas',
  'cuda_cupti',
  'cuda_nvcc',
  'cuda_nvrtc',
  'cuda_runtime',
  'cudnn',
  'cufft',
  'curand',
  'cusolver',
  'cusparse',
  'nccl',
  'nvjitlink',
  'nvshmem',
  'cu13',
] as const;

/**
 * The environment that a process must have before it loads TensorFlow, for the options to hold. All but
 * `LD_LIBRARY_PATH` may still be set by the process itself; that one is read when a program starts, so whoever spawns
 * the process merges this into its environment.
 *
 * @param pkg where TensorFlow is; `undefined` for the library that the npm package fetched for itself.
 * @param inherited what the process would have otherwise: of several visible GPUs the first is taken.
 */
export function tensorflowEnvironment(
  pkg: PythonPackage | undefined,
  { threads, device, precision, deterministic, cacheFolder }: ExecutorOptions,
  inherited: Environment = {},
): Record<string, string> {
  const common = {
    TF_NUM_INTRAOP_THREADS: `${threads}`,
    // Eager kernels run one after the other.
    TF_NUM_INTEROP_THREADS: '1',
    TF_DETERMINISTIC_OPS: deterministic ? '1' : '0',
    TF_CPP_MIN_LOG_LEVEL: inherited['TF_CPP_MIN_LOG_LEVEL'] ?? '3',
  };
  // The addon takes any GPU it sees, so it must see none.
  if (device !== 'cuda') return { ...common, CUDA_VISIBLE_DEVICES: '-1' };
  return {
    ...common,
    // It would take the last of several.
    CUDA_VISIBLE_DEVICES: (inherited['CUDA_VISIBLE_DEVICES'] || '0').split(',', 1)[0] as string,
    // The order of nvidia-smi.
    CUDA_DEVICE_ORDER: inherited['CUDA_DEVICE_ORDER'] ?? 'PCI_BUS_ID',
    // Several processes may share a GPU.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Autotuning times algorithms, so the winner differs from run to run.
    TF_CUDNN_USE_AUTOTUNE: deterministic ? '0' : '1',
    // TensorFlow uses TF32 unless the CUDA libraries are told not to.
    NVIDIA_TF32_OVERRIDE: precision === 'float32' ? '0' : '1',
    // Wheels have no machine code for the newest GPUs: compiling it takes minutes, once.
    CUDA_CACHE_PATH: inherited['CUDA_CACHE_PATH'] ?? join(cacheFolder, 'cuda'),
    CUDA_CACHE_MAXSIZE: inherited['CUDA_CACHE_MAXSIZE'] ?? '4294967296',
    ...(pkg === undefined ? {} : { LD_LIBRARY_PATH: withNvidiaWheels(pkg, inherited['LD_LIBRARY_PATH']) }),
  };
}

function withNvidiaWheels({ folder }: PythonPackage, inherited: string | undefined): string {
  const wheels = NVIDIA_WHEELS.map((name) => join(dirname(folder), 'nvidia', name, 'lib'));
  const others = (inherited ?? '').split(delimiter).filter((path) => path !== '' && !wheels.includes(path));
  return [...wheels, ...others].join(delimiter);
}

/** What TensorFlow reads while it is loaded and never again, so that a loaded library cannot be given other options. */
const READ_ONCE = [
  'TF_NUM_INTRAOP_THREADS',
  'TF_DETERMINISTIC_OPS',
  'CUDA_VISIBLE_DEVICES',
  'TF_CUDNN_USE_AUTOTUNE',
  'NVIDIA_TF32_OVERRIDE',
] as const;

/** @returns the first variable in which a loaded library's environment differs from the wanted one. */
export function conflictingVariable(wanted: Environment, loaded: Environment): string | undefined {
  return READ_ONCE.find((name) => wanted[name] !== undefined && wanted[name] !== loaded[name]);
}
