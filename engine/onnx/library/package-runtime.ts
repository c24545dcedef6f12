import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { HostTensor } from '../../executor.ts';
import type { Shape } from '../../step.ts';
import type { OnnxRuntime, RuntimeTensor } from './runtime.ts';

interface PackageTensor extends RuntimeTensor {
  readonly tensor: Tensor;
}

/** ONNX Runtime through the binding that its npm package brings: on every platform and device the package knows. */
export function createPackageRuntime(): OnnxRuntime {
  return {
    tensor(data, shape): PackageTensor {
      return { data, shape, tensor: toTensor(data, shape), release() {} };
    },
    async open(model, threads, { device, precision }) {
      // cuBLAS and cuDNN round products to TF32 unless told not to, and the binding hands on no option for it. They read
      // this when they are first used.
      if (device === 'cuda' && precision === 'float32') process.env.NVIDIA_TF32_OVERRIDE ??= '0';
      const session = await InferenceSession.create(model, {
        executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        // Failures are thrown, not printed as well.
        logSeverityLevel: 4,
      });
      return {
        inputNames: session.inputNames,
        async run(feeds, fetches) {
          await session.run(unwrap(feeds), unwrap(fetches));
        },
        release: () => session.release(),
      };
    },
  };
}

function toTensor(data: HostTensor['data'], shape: Shape): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('uint8', data, shape);
}

function unwrap(tensors: Readonly<Record<string, RuntimeTensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, (tensor as PackageTensor).tensor]));
}
