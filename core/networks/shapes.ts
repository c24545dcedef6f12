import { TickworkError } from '../errors.ts';
import { connect } from './connections.ts';
import type { Layer, NetworkDescription, Pooling } from './description.ts';
import { IMAGE } from './description.ts';

/** One image's activation: [height, width, channels] before the flatten, [units] after it. The batch is left out. */
export type ActivationShape = readonly number[];

export interface LayerShapes {
  readonly layer: Layer;
  /** Of the first layer it reads. */
  readonly input: ActivationShape;
  readonly output: ActivationShape;
}

/**
 * Shapes of every layer, in order.
 * @throws TickworkError INTERNAL when a layer does not fit what it reads, or a head does not give `classes`.
 */
export function inferShapes(description: NetworkDescription): readonly LayerShapes[] {
  const { title, side, channels, classes } = description;
  const known = new Map<string, ActivationShape>([[IMAGE, [side, side, channels]]]);
  const shapes = connect(description).map(({ layer, sources }): LayerShapes => {
    const inputs = sources.map((source) => known.get(source) ?? []);
    const [input = []] = inputs;
    const output = outputShape(title, layer, inputs);
    known.set(layer.name, output);
    return { layer, input, output };
  });
  const heads = [shapes.at(-1)?.layer.name ?? IMAGE, ...(description.auxiliaryHeads ?? []).map(({ layer }) => layer)];
  for (const head of heads) {
    const shape = known.get(head) ?? [];
    if (shape.length !== 1 || shape[0] !== classes) {
      throw new TickworkError('INTERNAL', `Expected ${title} to end in [${classes}], got [${shape.join(', ')}].`);
    }
  }
  return shapes;
}

function outputShape(title: string, layer: Layer, inputs: readonly ActivationShape[]): ActivationShape {
  const [input = []] = inputs;
  const misfit = (expected: string): TickworkError =>
    new TickworkError(
      'INTERNAL',
      `Expected the input of ${title} ${layer.name} to be ${expected}, got [${input.join(', ')}].`,
    );
  const [height, width, channels] = input;
  const spatial = height !== undefined && width !== undefined && channels !== undefined;
  switch (layer.kind) {
    case 'conv': {
      if (!spatial) throw misfit('an image');
      const { size, pad, stride = 1, groups = 1, filters } = layer;
      const least = size - 2 * pad;
      if (height < least || width < least) throw misfit(`at least ${least} pixels wide`);
      if (channels % groups !== 0 || filters % groups !== 0) throw misfit(`in ${groups} equal groups`);
      const convolved = (length: number): number => Math.floor((length + 2 * pad - size) / stride) + 1;
      return [convolved(height), convolved(width), filters];
    }
    case 'max-pool':
    case 'average-pool': {
      if (!spatial) throw misfit('an image');
      const least = layer.size - 2 * (layer.pad ?? 0);
      if (height < least || width < least) throw misfit(`at least ${least} pixels wide`);
      return [pooledLength(height, layer), pooledLength(width, layer), channels];
    }
    case 'global-average-pool':
      if (!spatial) throw misfit('an image');
      return [channels];
    case 'concat':
      if (!spatial || inputs.some((other) => other[0] !== height || other[1] !== width)) {
        throw misfit(`maps of one size, as [${inputs.map((other) => other.join('×')).join(', ')}] are not`);
      }
      return [height, width, inputs.reduce((total, other) => total + (other[2] ?? 0), 0)];
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

/** Windows along one side. As in Caffe's pooling layer, no window of a `ceil` pool starts in the padding at the end. */
export function pooledLength(length: number, { size, stride, pad = 0, rounding = 'floor' }: Pooling): number {
  const windows = Math[rounding]((length + 2 * pad - size) / stride) + 1;
  return (windows - 1) * stride >= length + pad ? windows - 1 : windows;
}
