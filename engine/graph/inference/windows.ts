import { formatShape, sameShape } from '../../shape.ts';
import type { Shape } from '../../step.ts';
import type { SlidingWindow } from '../operation.ts';
import type { Described, InferenceRule, InferenceRules } from './inference.ts';
import { taking } from './inference.ts';

/** Rows and columns of the output, or why the window does not slide over the map. */
function positions(window: SlidingWindow, map: Shape): readonly [number, number] | string {
  const { filter, strides, dilations, padding } = window;
  const numbers = [...filter, ...strides, ...dilations];
  if (
    numbers.some((size) => !Number.isInteger(size) || size < 1) ||
    padding.some((count) => !Number.isInteger(count) || count < 0)
  ) {
    return 'has a window with sizes that are no positive integers';
  }
  const along = (axis: 0 | 1): number => {
    const covered = (map[axis + 1] ?? 0) + (padding[2 * axis] ?? 0) + (padding[2 * axis + 1] ?? 0);
    return Math.floor((covered - (filter[axis] - 1) * dilations[axis] - 1) / strides[axis]) + 1;
  };
  return [along(0), along(1)];
}

interface Convolved {
  readonly x: Shape;
  readonly filter: Shape;
  readonly y: Shape;
}

/** Whether input, filter and output of a convolution, of which one is the node itself, fit each other. */
function convolutionProblem(window: SlidingWindow, groups: number, { x, filter, y }: Convolved): string | undefined {
  if ([x, filter, y].some(({ length }) => length !== 4)) {
    return `joins maps, filters and maps of ranks ${x.length}, ${filter.length} and ${y.length}`;
  }
  const at = positions(window, x);
  if (typeof at === 'string') return at;
  const [batch = 0, , , channels = 0] = x;
  const [height, width, share = 0, filters = 0] = filter;
  if (height !== window.filter[0] || width !== window.filter[1])
    return `has a window unlike its filter ${formatShape(filter)}`;
  if (!Number.isInteger(groups) || groups < 1 || share * groups !== channels || filters % groups !== 0) {
    return `has ${groups} groups for ${channels} channels and a filter ${formatShape(filter)}`;
  }
  const expected = [batch, ...at, filters];
  return sameShape(y, expected) ? undefined : `has maps of ${formatShape(y)}, which must be ${formatShape(expected)}`;
}

const conv2D: InferenceRule<'Conv2D'> = taking(2, 3, ({ window, groups }, [x, filter, bias], node, count) => {
  const problem = convolutionProblem(window, groups, { x: x.shape, filter: filter.shape, y: node.shape });
  if (problem !== undefined) return problem;
  if (count === 3 && !sameShape(bias.shape, [node.shape[3] ?? 0])) return `has a bias of ${formatShape(bias.shape)}`;
  return floats(count === 3 ? [x, filter, bias] : [x, filter], node.shape);
});

const inputGradient: InferenceRule<'Conv2DBackpropInput'> = taking(2, 2, ({ window, groups }, [dy, filter], node) => {
  const problem = convolutionProblem(window, groups, { x: node.shape, filter: filter.shape, y: dy.shape });
  return problem ?? floats([dy, filter], node.shape);
});

const filterGradient: InferenceRule<'Conv2DBackpropFilter'> = taking(2, 2, ({ window, groups }, [x, dy], node) => {
  const problem = convolutionProblem(window, groups, { x: x.shape, filter: node.shape, y: dy.shape });
  return problem ?? floats([x, dy], node.shape);
});

function floats(operands: readonly Described[], shape: Shape): Described | string {
  const other = operands.find(({ dtype }) => dtype !== 'float32');
  return other === undefined ? { shape, dtype: 'float32' } : `has an operand that is ${other.dtype}`;
}

/** The maps that a pool makes of others. */
function pooled(window: SlidingWindow, x: Shape): Shape | string {
  if (x.length !== 4) return `pools maps of rank ${x.length}`;
  const at = positions(window, x);
  return typeof at === 'string' ? at : [x[0] ?? 0, ...at, x[3] ?? 0];
}

const pool: InferenceRule<'MaxPool' | 'AvgPool'> = taking(1, 1, ({ window }, [x]) => {
  const shape = pooled(window, x.shape);
  return typeof shape === 'string' ? shape : { shape, dtype: x.dtype };
});

const maxPoolGrad: InferenceRule<'MaxPoolGrad'> = taking(3, 3, ({ window }, [dy, x, y]) => {
  const shape = pooled(window, x.shape);
  if (typeof shape === 'string') return shape;
  if (!sameShape(shape, dy.shape) || !sameShape(shape, y.shape)) {
    return `has gradients of ${formatShape(dy.shape)} and maps of ${formatShape(y.shape)}, which must be ${formatShape(shape)}`;
  }
  return floats([dy, x, y], x.shape);
});

const avgPoolGrad: InferenceRule<'AvgPoolGrad'> = taking(1, 1, ({ window }, [dy], node) => {
  const shape = pooled(window, node.shape);
  if (typeof shape === 'string') return shape;
  return sameShape(shape, dy.shape)
    ? floats([dy], node.shape)
    : `has gradients of ${formatShape(dy.shape)}, which must be ${formatShape(shape)}`;
});

const lrn: InferenceRule<'LRN'> = taking(1, 1, (_, [x]) =>
  x.shape.length === 4 ? floats([x], x.shape) : `has rank ${x.shape.length}`,
);

const lrnGrad: InferenceRule<'LRNGrad'> = taking(3, 3, (_, [x, y, dy]) =>
  x.shape.length === 4 && sameShape(x.shape, y.shape) && sameShape(x.shape, dy.shape)
    ? floats([x, y, dy], x.shape)
    : `has operands of ${[x, y, dy].map(({ shape }) => formatShape(shape)).join(', ')}`,
);

export const windowInference: InferenceRules<
  | 'Conv2D'
  | 'Conv2DBackpropInput'
  | 'Conv2DBackpropFilter'
  | 'MaxPool'
  | 'AvgPool'
  | 'MaxPoolGrad'
  | 'AvgPoolGrad'
  | 'LRN'
  | 'LRNGrad'
> = {
  Conv2D: conv2D,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  MaxPool: pool,
  AvgPool: pool,
  MaxPoolGrad: maxPoolGrad,
  AvgPoolGrad: avgPoolGrad,
  LRN: lrn,
  LRNGrad: lrnGrad,
};
