import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../encode-model.ts';
import { createModelBuilder } from '../model-builder.ts';

const CHANNELS = 64;

/**
 * How many channels ONNX Runtime's blocked kernels keep together on this processor (16 with AVX-512, 8 with AVX, …), read
 * off what its reordering does to two pixels of 64 channels. 1 where it has no such kernels.
 */
export async function blockSize(): Promise<number> {
  const model = createModelBuilder('block size');
  const shape = [1, CHANNELS, 1, 2];
  const x = model.input({ name: 'x', type: 'float32', shape });
  const y = model.operator('ReorderInput', [x], { domain: 'com.microsoft.nchwc', attributes: { channels_last: 0n } });
  model.output({ name: 'y', type: 'float32', shape }, y);
  try {
    const session = await InferenceSession.create(encodeModel(model.build()), {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const values = Float32Array.from({ length: 2 * CHANNELS }, (_, index) => index);
    const results = await session.run({ x: new Tensor('float32', values, shape) });
    await session.release();
    // Channels of the first pixel are even numbers; the first block ends where the second pixel begins.
    return Math.max(1, Array.from(results.y?.data as Float32Array).indexOf(1));
  } catch {
    return 1;
  }
}
