import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors, Shape, Step } from '../step.ts';

/** Each product replaces one of x, w, y by what follows from the other two, and stays where the executor keeps it. */
const PRODUCTS = {
  forward: { result: 'y', of: ({ x, w }: NamedTensors) => tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same') },
  inputGradient: {
    result: 'x',
    // The transposed convolution is the gradient of the convolution by its input.
    of: ({ x, w, y }: NamedTensors) =>
      tf.conv2dTranspose(y as Tensor4D, w as Tensor4D, (x as Tensor4D).shape, 1, 'same'),
  },
  filterGradient: {
    result: 'w',
    of: ({ x, w, y }: NamedTensors) =>
      tf.engine().runKernel<Tensor>(
        'Conv2DBackpropFilter',
        { x: x as Tensor, dy: y as Tensor },
        {
          strides: [1, 1],
          pad: 'same',
          dataFormat: 'NHWC',
          dimRoundingMode: undefined as unknown as string,
          filterShape: (w as Tensor4D).shape,
        },
      ),
  },
} as const;

export type Product = keyof typeof PRODUCTS;

/** Shapes of the maps (NHWC) and of the filter (HWIO) of a convolution with stride 1 and padding 'same'. */
export interface ProductShapes extends Readonly<Record<string, Shape>> {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
}

/** A step that does nothing but one of the three products of a convolution, for timing it. */
export function productStep(product: Product, shapes: ProductShapes): Step {
  const { result, of } = PRODUCTS[product];
  return {
    name: `probe ${product}`,
    signature: {
      state: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' }])),
      batch: {},
      scalars: [],
      noise: {},
    },
    run: ({ state }) => {
      const value = of(state);
      // One element is read, so that a device that works on by itself is waited for.
      return { state: { [result]: value }, metrics: { first: tf.slice(value, [0, 0, 0, 0], [1, 1, 1, 1]) } };
    },
  };
}
