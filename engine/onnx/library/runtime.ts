import type { HostTensor } from '../../executor.ts';
import type { Shape } from '../../step.ts';
import type { Provider } from '../provider.ts';

/** Memory of this process, not shared with its threads, that a session reads from or writes to without a copy. */
export interface RuntimeTensor {
  readonly shape: Shape;
  readonly data: HostTensor['data'];
  /** Gives up what the library keeps for it, not the memory. A tensor in use by a run must not be released. */
  release(): void;
}

/** A model, ready to run. Runs may overlap where they write different memory. */
export interface Session {
  readonly inputNames: readonly string[];
  /**
   * @param feeds a tensor for every input
   * @param fetches a tensor for every output, overwritten
   * @throws Error in ONNX Runtime's words; the fetches then hold anything.
   */
  run(feeds: Readonly<Record<string, RuntimeTensor>>, fetches: Readonly<Record<string, RuntimeTensor>>): Promise<void>;
  release(): Promise<void>;
}

/** A way into the ONNX Runtime library. Both ways run the same kernels, and give the same bits. */
export interface OnnxRuntime {
  tensor(data: HostTensor['data'], shape: Shape): RuntimeTensor;
  /** @throws Error in ONNX Runtime's words where it refuses the model. */
  open(model: Uint8Array, threads: number, provider: Provider): Promise<Session>;
}
