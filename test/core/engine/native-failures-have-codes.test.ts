import { describe, expect, test } from 'vitest';
import type { EngineErrorCode } from '../../../engine/mod.ts';
import { EngineError } from '../../../engine/mod.ts';
import { failureOf as onnxFailure } from '../../../engine/onnx/failure.ts';
import { failureOf as tensorflowFailure } from '../../../engine/tensorflow/failure.ts';
import { failure as torchFailure } from '../../../engine/torch/failure.ts';

/** As the libraries print them. */
const messages: Readonly<Record<'onnx' | 'torch' | 'tensorflow', readonly (readonly [string, EngineErrorCode])[]>> = {
  onnx: [
    ['Failed to allocate memory for requested buffer of size 1073741824', 'EXECUTOR_OUT_OF_MEMORY'],
    ['Failed to load shared library libonnxruntime_providers_cuda.so', 'EXECUTOR_UNAVAILABLE'],
    ['CUDA failure 100: no CUDA-capable device is detected', 'EXECUTOR_UNAVAILABLE'],
    ['CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version', 'EXECUTOR_UNAVAILABLE'],
    ['Type Error: Type parameter (T) bound to different types', 'EXECUTOR_FAILED'],
  ],
  torch: [
    ['CUDA out of memory. Tried to allocate 2.00 GiB', 'EXECUTOR_OUT_OF_MEMORY'],
    ["DefaultCPUAllocator: can't allocate memory: you tried to allocate 4398046511104 bytes", 'EXECUTOR_OUT_OF_MEMORY'],
    ['CUDA error: unspecified launch failure', 'EXECUTOR_UNAVAILABLE'],
    ['CUDA error: invalid device ordinal', 'EXECUTOR_UNAVAILABLE'],
    ['CUDA error: uncorrectable ECC error encountered', 'EXECUTOR_UNAVAILABLE'],
    ['The size of tensor a (3) must match the size of tensor b (4)', 'EXECUTOR_FAILED'],
  ],
  tensorflow: [
    ['Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[64,224,224,64]', 'EXECUTOR_OUT_OF_MEMORY'],
    ['Invalid TF_Status: 13\nMessage: CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure', 'EXECUTOR_UNAVAILABLE'],
    ['failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected', 'EXECUTOR_UNAVAILABLE'],
    ['Invalid TF_Status: 3\nMessage: ConcatOp : Dimension 1', 'EXECUTOR_FAILED'],
  ],
};

const classify: Readonly<Record<keyof typeof messages, (message: string) => unknown>> = {
  onnx: (message) => onnxFailure("ONNX Runtime failed in step 'x'", new Error(message)),
  tensorflow: (message) => tensorflowFailure('x', new Error(message)),
  torch(message) {
    try {
      return torchFailure("run step 'x'", () => {
        throw new Error(message);
      });
    } catch (error) {
      return error;
    }
  },
};

describe.each(Object.keys(messages) as (keyof typeof messages)[])('%s', (executor) => {
  test.each(messages[executor])('%s', (message, code) => {
    const error = classify[executor](message);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message.split('\n').at(-1) as string) });
  });
});

test("an error of the engine's own passes TensorFlow's unchanged", () => {
  const own = new EngineError('STEP_SHAPE', 'Expected another shape.');
  expect(tensorflowFailure('x', own)).toBe(own);
});
