import type { NetworkDescription } from './description.ts';
import { inferShapes } from './shapes.ts';

export interface Weight {
  /** `<layer>/kernel` or `<layer>/bias`. */
  readonly name: string;
  readonly layer: string;
  readonly role: 'kernel' | 'bias';
  /** TensorFlow.js's layout: [height, width, in / groups, out] of a convolution, [in, out] of a dense layer, [out] of a bias. */
  readonly shape: readonly number[];
  /** Inputs that one output unit sums over. */
  readonly fanIn: number;
}

export const kernelOf = (layer: string): string => `${layer}/kernel`;
export const biasOf = (layer: string): string => `${layer}/bias`;

/** Trainable weights in layer order. @throws TickworkError INTERNAL as `inferShapes` does. */
export function listWeights(description: NetworkDescription): readonly Weight[] {
  return inferShapes(description).flatMap(({ layer, input }): readonly Weight[] => {
    if (layer.kind !== 'conv' && layer.kind !== 'dense') return [];
    const inputs = (input.at(-1) ?? 0) / (layer.kind === 'conv' ? (layer.groups ?? 1) : 1);
    const outputs = layer.kind === 'conv' ? layer.filters : layer.units;
    const shape = layer.kind === 'conv' ? [layer.size, layer.size, inputs, outputs] : [inputs, outputs];
    const fanIn = layer.kind === 'conv' ? layer.size * layer.size * inputs : inputs;
    return [
      { name: kernelOf(layer.name), layer: layer.name, role: 'kernel', shape, fanIn },
      { name: biasOf(layer.name), layer: layer.name, role: 'bias', shape: [outputs], fanIn },
    ];
  });
}
