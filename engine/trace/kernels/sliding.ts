import type { Shape } from '../../step.ts';
import type { Extent } from '../../tfjs/window.ts';
import type { Composition } from '../composition.ts';
import type { SymbolicTensor } from '../kernel.ts';

/** NHWC maps without their last rows and columns. */
export function withoutEnd(c: Composition, maps: SymbolicTensor, cut: Extent): SymbolicTensor {
  return c.slice(maps, [0, 0, 0, 0], shapeWithoutEnd(maps.shape, cut));
}

/** The gradient of `withoutEnd`. */
export function withEnd(c: Composition, gradient: SymbolicTensor, [rows, columns]: Extent): SymbolicTensor {
  return c.pad(gradient, [0, 0, 0, 0], [0, rows, columns, 0]);
}

export function shapeWithoutEnd(
  [batch = 1, height = 1, width = 1, channels = 1]: Shape,
  [rows, columns]: Extent,
): Shape {
  return [batch, height - rows, width - columns, channels];
}
