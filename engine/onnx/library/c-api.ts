import { createRequire } from 'node:module';
import type koffiTypes from 'koffi';

/** An address, or an opaque handle. */
type Pointer = bigint;
/** What C reads or writes through a pointer: memory of ours, an address, or nothing (0n). */
type Memory = Pointer | NodeJS.TypedArray;

/** ONNX Runtime's C interface, as far as an executor needs it. Every function throws what the library says of a failure. */
export interface CApi {
  createEnv(severity: number, name: string): Pointer;
  createSessionOptions(): Pointer;
  setSequentialExecution(options: Pointer): void;
  setLogSeverity(options: Pointer, severity: number): void;
  setOptimizationLevel(options: Pointer, level: number): void;
  setIntraOpThreads(options: Pointer, threads: number): void;
  createSession(env: Pointer, model: Uint8Array, options: Pointer): Promise<Pointer>;
  /** Names that live as long as the process: a few bytes for each input and output of a model. */
  inputNames(session: Pointer): readonly CName[];
  outputNames(session: Pointer): readonly CName[];
  createCpuMemoryInfo(): Pointer;
  createTensor(memory: Pointer, data: NodeJS.TypedArray, shape: readonly number[], type: number): Pointer;
  run(session: Pointer, inputs: Bindings, outputs: Bindings): Promise<void>;
  releaseSession(session: Pointer): void;
  releaseSessionOptions(options: Pointer): void;
  releaseTensor(tensor: Pointer): void;
}

export interface CName {
  readonly name: string;
  readonly address: Pointer;
}

/** Addresses of names and, at the same places, of tensors. */
export interface Bindings {
  readonly names: BigUint64Array;
  readonly tensors: BigUint64Array;
}

/**
 * Places of functions in `OrtApi`, a structure of pointers that only ever grows at its end (onnxruntime_c_api.h; its
 * first version ends at place 101, which the library itself asserts).
 */
const PLACE = {
  getErrorMessage: 2,
  createEnv: 3,
  createSessionFromArray: 8,
  run: 9,
  createSessionOptions: 10,
  setSessionExecutionMode: 13,
  setSessionLogSeverityLevel: 22,
  setSessionGraphOptimizationLevel: 23,
  setIntraOpNumThreads: 24,
  sessionGetInputCount: 30,
  sessionGetOutputCount: 31,
  sessionGetInputName: 36,
  sessionGetOutputName: 37,
  createTensorWithDataAsOrtValue: 49,
  createCpuMemoryInfo: 69,
  getAllocatorWithDefaultOptions: 78,
  releaseStatus: 93,
  releaseSession: 95,
  releaseValue: 96,
  releaseSessionOptions: 100,
} as const;
const API_VERSION = 1;
const API_SIZE = 101;

const SEQUENTIAL = 0;
const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;
/** Kernels run on the stack of the thread that calls them; this is what a thread of Linux has. */
const STACK_BYTES = 8 * 2 ** 20;

type Call = ((...values: unknown[]) => Pointer) & {
  async(...values: [...unknown[], (error: Error | null, status: Pointer) => void]): void;
};

/**
 * Loads the library and finds its functions.
 * @throws Error where there is no foreign-function package for this platform, or no such library.
 */
export function loadCApi(libraryPath: string): CApi {
  const koffi = createRequire(import.meta.url)('koffi') as typeof koffiTypes;
  if (koffi.config().async_stack_size !== STACK_BYTES) {
    koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
  }
  const base = koffi.load(libraryPath).func('OrtGetApiBase', 'void *', [])() as Pointer;
  const [getApi] = koffi.decode(base, koffi.array('void *', 1)) as readonly Pointer[];
  const api = koffi.call(getApi, koffi.proto('void *', ['uint32_t']), API_VERSION) as Pointer;
  const table = koffi.decode(api, koffi.array('void *', API_SIZE)) as readonly Pointer[];
  const bind = (place: number, result: string, parameters: readonly string[]): Call =>
    koffi.decode(table[place] as Pointer, koffi.proto(result, [...parameters])) as unknown as Call;

  const errorMessage = bind(PLACE.getErrorMessage, 'str', ['void *']);
  const releaseStatus = bind(PLACE.releaseStatus, 'void', ['void *']);
  const check = (status: Pointer | null): void => {
    if (status === null || status === 0n) return;
    const message = String(errorMessage(status));
    releaseStatus(status);
    throw new Error(message);
  };
  /** Functions of the library give their status back. */
  const checked = (place: number, ...parameters: readonly string[]): ((...values: unknown[]) => void) => {
    const call = bind(place, 'void *', parameters);
    return (...values) => check(call(...values));
  };
  /** Those that make something write it where their last parameter points. */
  const maker = (place: number, ...parameters: readonly string[]): ((...values: unknown[]) => Pointer) => {
    const call = checked(place, ...parameters, 'void *');
    return (...values) => {
      const made = new BigUint64Array(1);
      call(...values, made);
      return made[0] as Pointer;
    };
  };
  const background = (call: Call, values: readonly unknown[]): Promise<void> =>
    new Promise((resolve, reject) => {
      call.async(...values, (error, status) => {
        try {
          if (error !== null) throw error;
          check(status);
          resolve();
        } catch (cause) {
          reject(cause as Error);
        }
      });
    });

  const allocator = maker(PLACE.getAllocatorWithDefaultOptions)();
  const names = (countPlace: number, namePlace: number): ((session: Pointer) => readonly CName[]) => {
    const count = maker(countPlace, 'void *');
    const name = maker(namePlace, 'void *', 'size_t', 'void *');
    return (session) =>
      Array.from({ length: Number(count(session)) }, (_, index) => {
        const address = name(session, index, allocator);
        return { name: koffi.decode.string(address), address };
      });
  };
  const createSession = bind(PLACE.createSessionFromArray, 'void *', [
    'void *',
    'void *',
    'size_t',
    'void *',
    'void *',
  ]);
  const run = bind(PLACE.run, 'void *', [
    'void *',
    'void *',
    'void *',
    'void *',
    'size_t',
    'void *',
    'size_t',
    'void *',
  ]);
  const createEnv = maker(PLACE.createEnv, 'int', 'str');
  const setExecutionMode = checked(PLACE.setSessionExecutionMode, 'void *', 'int');
  const createMemoryInfo = maker(PLACE.createCpuMemoryInfo, 'int', 'int');
  const createTensor = maker(
    PLACE.createTensorWithDataAsOrtValue,
    ...['void *', 'void *', 'size_t', 'void *', 'size_t', 'int'],
  );
  const NO_RUN_OPTIONS: Memory = 0n;
  return {
    createEnv,
    createSessionOptions: maker(PLACE.createSessionOptions),
    setSequentialExecution: (options) => setExecutionMode(options, SEQUENTIAL),
    setLogSeverity: checked(PLACE.setSessionLogSeverityLevel, 'void *', 'int'),
    setOptimizationLevel: checked(PLACE.setSessionGraphOptimizationLevel, 'void *', 'int'),
    setIntraOpThreads: checked(PLACE.setIntraOpNumThreads, 'void *', 'int'),
    async createSession(env, model, options) {
      const made = new BigUint64Array(1);
      await background(createSession, [env, model, model.byteLength, options, made]);
      return made[0] as Pointer;
    },
    inputNames: names(PLACE.sessionGetInputCount, PLACE.sessionGetInputName),
    outputNames: names(PLACE.sessionGetOutputCount, PLACE.sessionGetOutputName),
    createCpuMemoryInfo: () => createMemoryInfo(DEVICE_ALLOCATOR, DEFAULT_MEMORY),
    createTensor: (memory, data, shape, type) =>
      createTensor(memory, data, data.byteLength, BigInt64Array.from(shape, BigInt), shape.length, type),
    run: (session, inputs, outputs) =>
      background(run, [
        session,
        NO_RUN_OPTIONS,
        inputs.names,
        inputs.tensors,
        inputs.names.length,
        outputs.names,
        outputs.names.length,
        outputs.tensors,
      ]),
    releaseSession: bind(PLACE.releaseSession, 'void', ['void *']),
    releaseSessionOptions: bind(PLACE.releaseSessionOptions, 'void', ['void *']),
    releaseTensor: bind(PLACE.releaseValue, 'void', ['void *']),
  };
}
