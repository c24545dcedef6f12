import { describe, expect, test } from 'vitest';
import type { ExecutorOptions } from '../../../engine/executor.ts';
import { restoreRemovedFunctions } from '../../../engine/tensorflow/backend.ts';
import { conflictingVariable, tensorflowEnvironment } from '../../../engine/tensorflow/environment.ts';
import { checkWheel, gpuFault } from '../../../engine/tensorflow/supported.ts';

const pkg = { folder: '/site/tensorflow', version: '2.21.0', python: '/bin/python' };
const cpu: ExecutorOptions = {
  threads: 2,
  device: 'cpu',
  precision: 'float32',
  deterministic: false,
  cacheFolder: '/cache',
};
const cuda: ExecutorOptions = { ...cpu, device: 'cuda' };

describe('the environment', () => {
  test('on the CPU: threads, and no GPU to be taken by accident', () => {
    expect(tensorflowEnvironment(pkg, cpu, { CUDA_VISIBLE_DEVICES: '0' })).toEqual({
      TF_NUM_INTRAOP_THREADS: '2',
      TF_NUM_INTEROP_THREADS: '1',
      TF_DETERMINISTIC_OPS: '0',
      TF_CPP_MIN_LOG_LEVEL: '3',
      CUDA_VISIBLE_DEVICES: '-1',
    });
  });

  test('on a GPU: exactly one, memory as needed, true float32, a cache of compiled kernels', () => {
    expect(tensorflowEnvironment(pkg, cuda, { CUDA_VISIBLE_DEVICES: '3,1' })).toMatchObject({
      CUDA_VISIBLE_DEVICES: '3',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      NVIDIA_TF32_OVERRIDE: '0',
      CUDA_CACHE_PATH: '/cache/cuda',
      CUDA_CACHE_MAXSIZE: '4294967296',
    });
    expect(tensorflowEnvironment(pkg, { ...cuda, precision: 'tf32' })).toMatchObject({
      CUDA_VISIBLE_DEVICES: '0',
      NVIDIA_TF32_OVERRIDE: '1',
    });
    expect(tensorflowEnvironment(pkg, cuda, { CUDA_CACHE_PATH: '/mine' })).toMatchObject({ CUDA_CACHE_PATH: '/mine' });
  });

  test("the loader finds NVIDIA's wheels beside TensorFlow's, before what was there, once", () => {
    const first = tensorflowEnvironment(pkg, cuda, { LD_LIBRARY_PATH: '/opt/lib' });
    const folders = first['LD_LIBRARY_PATH']?.split(':') ?? [];
    expect(folders).toContain('/site/nvidia/cudnn/lib');
    expect(folders).toContain('/site/nvidia/cublas/lib');
    expect(folders.at(-1)).toBe('/opt/lib');
    // A process that was spawned with it would spawn the next one with the same.
    expect(tensorflowEnvironment(pkg, cuda, first)).toEqual(first);
    expect(tensorflowEnvironment(undefined, cuda)).not.toHaveProperty('LD_LIBRARY_PATH');
  });

  test('deterministic: no racing algorithms', () => {
    expect(tensorflowEnvironment(pkg, { ...cuda, deterministic: true })).toMatchObject({
      TF_DETERMINISTIC_OPS: '1',
      TF_CUDNN_USE_AUTOTUNE: '0',
    });
  });

  test('what a loaded library cannot change is named', () => {
    const loaded = tensorflowEnvironment(pkg, cpu);
    const conflict = (options: ExecutorOptions) => conflictingVariable(tensorflowEnvironment(pkg, options), loaded);
    expect(conflict(cpu)).toBeUndefined();
    expect(conflict({ ...cpu, cacheFolder: '/elsewhere' })).toBeUndefined();
    expect(conflict({ ...cpu, threads: 1 })).toBe('TF_NUM_INTRAOP_THREADS');
    expect(conflict({ ...cpu, deterministic: true })).toBe('TF_DETERMINISTIC_OPS');
    expect(conflict(cuda)).toBe('CUDA_VISIBLE_DEVICES');
  });
});

test.each([
  ['2.21.0', '12.0', /wheels fail/],
  ['2.22.0.dev20260101', '12.1', /wheels fail/],
  ['2.17.0+nv25.2', '12.0', undefined],
  ['2.23.0', '12.0', undefined],
  ['2.21.0', '9.0', undefined],
  ['2.21.0', '10.0', undefined],
  ['2.9.1', '9.0', /CUDA 11/],
  ['2.9.1', '8.6', undefined],
] as const)('TensorFlow %s on a GPU of compute capability %s', (version, capability, fault) => {
  const reason = gpuFault(version, capability);
  if (fault === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(fault);
});

test('a wheel that is too old is refused', () => {
  expect(() => checkWheel('2.15.1')).toThrow(/TensorFlow ≥ 2\.16, got 2\.15\.1/);
  expect(() => checkWheel('2.16.0rc1')).not.toThrow();
  expect(() => checkWheel('3.0.0')).not.toThrow();
});

test('functions that newer Node.js versions removed are put back, others are left', () => {
  const isArray = (): boolean => false;
  const target: { isArray: unknown; isNullOrUndefined?: (value: unknown) => boolean } = { isArray };
  restoreRemovedFunctions(target);
  expect(target.isArray).toBe(isArray);
  expect([null, undefined, 0, ''].map((value) => target.isNullOrUndefined?.(value))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
