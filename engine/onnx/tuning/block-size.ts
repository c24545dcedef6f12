import { encodeModel } from '../encode-model.ts';
import type { OnnxRuntime } from '../library/runtime.ts';
import { createModelBuilder } from '../model-builder.ts';

const CHANNELS = 64;

/**
 * How many channels ONNX Runtime's blocked kernels keep together on this processor (16 with AVX-512, 8 with AVX, …), read
 * off what its reordering does to two pixels of 64 channels. 1 where it has no such kernels.
 */
export async function blockSize(runtime: OnnxRuntime): Promise<number> {
  const model = createModelBuilder('block size');
  const shape = [1, CHANNELS, 1, 2];
  const pixels = model.input({ name: 'x', type: 'float32', shape });
  const blocks = model.operator('ReorderInput', [pixels], {
    domain: 'com.microsoft.nchwc',
    attributes: { channels_last: 0n },
  });
  model.output({ name: 'y', type: 'float32', shape }, blocks);
  try {
    const session = await runtime.open(encodeModel(model.build()), 1, { device: 'cpu', precision: 'float32' });
    const x = runtime.tensor(
      Float32Array.from({ length: 2 * CHANNELS }, (_, index) => index),
      shape,
    );
    const y = runtime.tensor(new Float32Array(2 * CHANNELS), shape);
    await session.run({ x }, { y });
    await session.release();
    for (const tensor of [x, y]) tensor.release();
    // Channels of the first pixel are even numbers; the first block ends where the second pixel begins.
    return Math.max(1, Array.from(y.data).indexOf(1));
  } catch {
    return 1;
  }
}
