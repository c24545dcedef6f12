import type { HostTensor } from '../../executor.ts';
import type { Bindings, CApi, CName } from './c-api.ts';
import { loadCApi } from './c-api.ts';
import type { OnnxRuntime, RuntimeTensor, Session } from './runtime.ts';

/** Failures are thrown, not printed as well. */
const FATAL_ONLY = 4;
const ALL_OPTIMIZATIONS = 99;

/** Element types by ONNX's numbers (TensorProto.DataType). */
const FLOAT = 1;
const UINT8 = 2;
const INT32 = 6;

/** A tensor of the library over memory of ours. */
interface DirectTensor extends RuntimeTensor {
  readonly value: bigint;
}

/**
 * ONNX Runtime through its C interface. The package's own binding copies every result into a new buffer, also where
 * memory is set aside for it: a training step's results are all its weights and velocities, and the copies took a sixth
 * of a VGG-A step. Here the library writes them where they stay. Its CPU kernels only; and while they run, the process's
 * own thread is free.
 * @throws Error where the library, or the package that calls it, does not load.
 */
export function createDirectRuntime(libraryPath: string): OnnxRuntime {
  const api = loadCApi(libraryPath);
  // One for the process, by the library's rules, and as long as the process: sessions may still end while it exits.
  const env = api.createEnv(FATAL_ONLY, 'tickwork');
  const memory = api.createCpuMemoryInfo();
  return {
    tensor(data, shape): DirectTensor {
      const value = api.createTensor(memory, data, shape, elementType(data));
      let released = false;
      return {
        data,
        shape,
        value,
        release() {
          if (!released) api.releaseTensor(value);
          released = true;
        },
      };
    },
    async open(model, threads) {
      const options = api.createSessionOptions();
      try {
        api.setSequentialExecution(options);
        api.setIntraOpThreads(options, threads);
        api.setOptimizationLevel(options, ALL_OPTIMIZATIONS);
        api.setLogSeverity(options, FATAL_ONLY);
        return createSession(api, await api.createSession(env, model, options));
      } finally {
        api.releaseSessionOptions(options);
      }
    },
  };
}

function createSession(api: CApi, session: bigint): Session {
  const inputs = api.inputNames(session);
  const outputs = api.outputNames(session);
  let released = false;
  return {
    inputNames: inputs.map(({ name }) => name),
    run: (feeds, fetches) => api.run(session, bind(inputs, feeds), bind(outputs, fetches)),
    async release() {
      if (!released) api.releaseSession(session);
      released = true;
    },
  };
}

function bind(names: readonly CName[], tensors: Readonly<Record<string, RuntimeTensor>>): Bindings {
  return {
    names: BigUint64Array.from(names, ({ address }) => address),
    tensors: BigUint64Array.from(names, ({ name }) => {
      const tensor = tensors[name] as DirectTensor | undefined;
      if (tensor === undefined) throw new RangeError(`Expected a tensor for '${name}', got none.`);
      return tensor.value;
    }),
  };
}

function elementType(data: HostTensor['data']): number {
  if (data instanceof Float32Array) return FLOAT;
  return data instanceof Int32Array ? INT32 : UINT8;
}
