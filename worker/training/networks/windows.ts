import * as tf from '@tensorflow/tfjs-core';
import type { Pooling } from '../../../core/networks/description.ts';
import { pooledLength } from '../../../core/networks/shapes.ts';

/** Below every activation, and finite: padding of this value never wins a maximum. */
const LOWEST = -3.4028234663852886e38;

interface Convolution {
  readonly pad: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** @param filters [height, width, channels / groups, filters]; a group of filters sees its own share of the channels. */
export function groupedConvolution(
  x: tf.Tensor4D,
  filters: tf.Tensor4D,
  { pad, stride = 1, groups = 1 }: Convolution,
): tf.Tensor4D {
  if (groups === 1) return tf.conv2d(x, filters, stride, pad);
  const maps = tf.split(x, groups, 3);
  const parts = tf.split(filters, groups, 3);
  return tf.concat<tf.Tensor4D>(
    maps.map((map, group) => tf.conv2d(map as tf.Tensor4D, parts[group] as tf.Tensor4D, stride, pad)),
    3,
  );
}

/** Padding is made explicit, because TensorFlow.js rounds one way only and pads both ends alike. */
export function pool(x: tf.Tensor4D, kind: 'max-pool' | 'average-pool', pooling: Pooling): tf.Tensor4D {
  const { size, stride, pad = 0 } = pooling;
  const [, height, width] = x.shape;
  const paddings = [height, width].map((length): [number, number] => {
    const covered = (pooledLength(length, pooling) - 1) * stride + size;
    return [pad, Math.max(0, covered - length - pad)];
  });
  const padded = paddings.some(([before, after]) => before + after > 0);
  if (kind === 'average-pool') {
    if (padded) throw new Error(`Expected an average pool without padding, got ${JSON.stringify(paddings)}.`);
    return tf.avgPool(x, size, stride, 'valid');
  }
  const maps = padded ? tf.pad(x, [[0, 0], ...paddings, [0, 0]], LOWEST) : x;
  return tf.maxPool(maps, size, stride, 'valid');
}
