import { TickworkError } from '../errors.ts';
import type { Layer, NetworkDescription } from './description.ts';

/** One image's activation: [height, width, channels] before the flatten, [units] after it. The batch is left out. */
export type ActivationShape = readonly number[];

export interface LayerShapes {
  readonly layer: Layer;
  readonly input: ActivationShape;
  readonly output: ActivationShape;
}

/**
 * Shapes of every layer, in order.
 * @throws TickworkError INTERNAL when a layer does not fit what comes before it, or the last one does not give `classes`.
 */
export function inferShapes(description: NetworkDescription): readonly LayerShapes[] {
  let shape: ActivationShape = [description.side, description.side, description.channels];
  const shapes = description.layers.map((layer) => {
    const input = shape;
    shape = outputShape(description, layer, input);
    return { layer, input, output: shape };
  });
  if (shape.length !== 1 || shape[0] !== description.classes) {
    throw new TickworkError(
      'INTERNAL',
      `Expected ${description.title} to end in [${description.classes}], got [${shape.join(', ')}].`,
    );
  }
  return shapes;
}

function outputShape(description: NetworkDescription, layer: Layer, input: ActivationShape): ActivationShape {
  const misfit = (expected: string): TickworkError =>
    new TickworkError(
      'INTERNAL',
      `Expected the input of ${description.title} ${layer.name} to be ${expected}, got [${input.join(', ')}].`,
    );
  const [height, width, channels] = input;
  const spatial = height !== undefined && width !== undefined && channels !== undefined;
  switch (layer.kind) {
    case 'conv': {
      if (!spatial) throw misfit('an image');
      const shrink = 2 * layer.pad - layer.size + 1;
      if (height + shrink < 1 || width + shrink < 1) throw misfit(`at least ${layer.size - 2 * layer.pad} pixels wide`);
      return [height + shrink, width + shrink, layer.filters];
    }
    case 'max-pool': {
      if (!spatial) throw misfit('an image');
      if (height < layer.size || width < layer.size) throw misfit(`at least ${layer.size} pixels wide`);
      const pooled = (length: number): number => Math.floor((length - layer.size) / layer.stride) + 1;
      return [pooled(height), pooled(width), channels];
    }
    case 'lrn':
      if (!spatial) throw misfit('an image');
      return input;
    case 'flatten':
      return [input.reduce((product, length) => product * length, 1)];
    case 'dense':
      if (input.length !== 1) throw misfit('flat');
      return [layer.units];
    case 'dropout':
      return input;
  }
}
