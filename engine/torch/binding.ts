import type { ScheduledInstruction } from './program.ts';

/** A program or a state inside the addon. */
export interface Handle {
  readonly __handle: unique symbol;
}

type Elements = Float32Array | Int32Array | Uint8Array;

/** What the addon exports; every function throws an Error with libtorch's message. */
export interface TorchBinding {
  /** Sets libtorch's threads and switches, which hold for the whole process. */
  setUp(options: { readonly threads: number; readonly tf32: boolean; readonly deterministic: boolean }): {
    readonly version: string;
    /** This libtorch can use a GPU, and there is one. */
    readonly cuda: boolean;
  };
  compile(program: {
    readonly slots: number;
    readonly device: string;
    readonly bfloat16: boolean;
    /** Whether inputs, state and metrics keep their addresses; a GPU then records a step and replays it. */
    readonly fixedMemory: boolean;
    readonly instructions: readonly ScheduledInstruction[];
    readonly state: readonly object[];
    readonly tensors: readonly object[];
    readonly scalars: readonly number[];
    readonly newState: readonly object[];
    readonly metrics: readonly number[];
  }): Handle;
  createState(
    device: string,
    entries: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: Elements }[],
  ): Handle;
  readState(state: Handle, name: string, target: Elements): void;
  clearState(state: Handle): void;
  /** Replaces the state's entries and fills `metrics`. */
  run(
    program: Handle,
    state: Handle,
    inputs: readonly [tensors: readonly Elements[], scalars: readonly number[]],
    metrics: readonly Elements[],
  ): void;
  /** Large blocks of the CPU's tensors, of the whole process: `idleBytes` are kept for the next step. */
  countMemory(): {
    readonly usedBytes: number;
    readonly idleBytes: number;
    /** Blocks that were asked of the system since the process began. */
    readonly fromSystem: number;
  };
  /** Gives idle blocks back to the system. */
  releaseMemory(): void;
}
