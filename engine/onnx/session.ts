import { failureOf } from './failure.ts';
import type { OnnxRuntime, Session } from './library/runtime.ts';
import type { Provider } from './provider.ts';

/**
 * Opens a session for a model's bytes.
 * @param name the step's, for messages
 * @throws EngineError EXECUTOR_FAILED where ONNX Runtime refuses the model, EXECUTOR_UNAVAILABLE where the device does
 *   not answer, EXECUTOR_OUT_OF_MEMORY where it is full.
 */
export async function openSession(
  runtime: OnnxRuntime,
  name: string,
  model: Uint8Array,
  threads: number,
  provider: Provider,
): Promise<Session> {
  try {
    return await runtime.open(model, threads, provider);
  } catch (error) {
    throw failureOf(`ONNX Runtime refused step '${name}'`, error);
  }
}
