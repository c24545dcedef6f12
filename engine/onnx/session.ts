import { InferenceSession } from 'onnxruntime-node';
import { failureOf } from './failure.ts';
import type { Provider } from './provider.ts';

/**
 * Opens a session for a model's bytes.
 * @param name the step's, for messages
 * @throws EngineError EXECUTOR_FAILED where ONNX Runtime refuses the model, EXECUTOR_UNAVAILABLE where the device does
 *   not answer, EXECUTOR_OUT_OF_MEMORY where it is full.
 */
export async function openSession(
  name: string,
  model: Uint8Array,
  threads: number,
  { device, precision }: Provider,
): Promise<InferenceSession> {
  // cuBLAS and cuDNN round products to TF32 unless told not to, and the binding hands on no option for it. They read
  // this when they are first used.
  if (device === 'cuda' && precision === 'float32') process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  try {
    return await InferenceSession.create(model, {
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Failures are thrown, not printed as well.
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw failureOf(`ONNX Runtime refused step '${name}'`, error);
  }
}
