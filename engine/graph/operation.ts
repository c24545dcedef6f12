import type { Shape } from '../step.ts';

/** Where an input of a step comes from; see `StepSignature`. */
export type InputRole = 'state' | 'batch' | 'scalars' | 'noise';

/** One operand, element by element. `Step` is 1 where positive, else 0; `Round` takes halves to the even neighbour. */
export const UNARY = [
  'Abs',
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'Ceil',
  'Cos',
  'Cosh',
  'Erf',
  'Exp',
  'Floor',
  'Log',
  'LogicalNot',
  'Neg',
  'Reciprocal',
  'Relu',
  'Round',
  'Rsqrt',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Sqrt',
  'Square',
  'Step',
  'Tan',
  'Tanh',
] as const;

/** Those of them that make integers of integers. */
export const ON_INTEGERS: ReadonlySet<string> = new Set(['Abs', 'Neg', 'Relu', 'Sign', 'Square']);

/** Two operands, element by element, with NumPy's broadcasting. `Mod` has the sign of the divisor. */
export const BINARY = [
  'Add',
  'Equal',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
  'Maximum',
  'Minimum',
  'Mod',
  'Multiply',
  'NotEqual',
  'Pow',
  'RealDiv',
  'SquaredDifference',
  'Sub',
] as const;

/** Those of them whose result is bool. */
export const COMPARISONS: ReadonlySet<string> = new Set([
  'Equal',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
  'NotEqual',
]);

export const REDUCTION = ['Max', 'Mean', 'Min', 'Prod', 'Sum'] as const;

export type UnaryKind = (typeof UNARY)[number];
export type BinaryKind = (typeof BINARY)[number];
export type ReductionKind = (typeof REDUCTION)[number];

/** How a window slides over a map: pixels, [vertical, horizontal]. */
export interface SlidingWindow {
  readonly filter: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Rows above, rows below, columns left, columns right. */
  readonly padding: readonly [number, number, number, number];
}

/** Across channels: y = x / (bias + alpha * sum of the squares of 2 * depthRadius + 1 neighbours) ^ beta. */
export interface LocalResponse {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * What a node computes, named as TensorFlow.js names its kernels. Operands in the order of the node's inputs.
 * A target shape or dtype (Reshape, BroadcastTo, Slice, Cast) is the node's own.
 */
export type Operation =
  | { readonly kind: 'Input'; readonly role: InputRole; readonly name: string }
  | { readonly kind: 'Constant'; readonly values: ConstantValues }
  /** A constant of one value everywhere. */
  | { readonly kind: 'Fill'; readonly value: number }
  | { readonly kind: UnaryKind | BinaryKind }
  | { readonly kind: 'Identity' | 'Cast' | 'Reshape' | 'BroadcastTo' }
  | { readonly kind: 'Transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'Slice'; readonly begin: readonly number[] }
  | { readonly kind: 'Concat'; readonly axis: number }
  | { readonly kind: 'Pad'; readonly before: Shape; readonly after: Shape; readonly value: number }
  | { readonly kind: 'Tile'; readonly repeats: readonly number[] }
  /** Operands: condition (bool), value where true, value where false. */
  | { readonly kind: 'Select' }
  /** Operands: x, int32 indices of any rank, which take the place of the axis. All lie within the axis. */
  | { readonly kind: 'GatherV2'; readonly axis: number }
  /** Operands: x, int32 segments [n] of the n entries of its first axis; as many sums as the node's first axis has. */
  | { readonly kind: 'UnsortedSegmentSum' }
  /** Operand: int32 indices; the new axis is the last one. */
  | { readonly kind: 'OneHot'; readonly depth: number; readonly on: number; readonly off: number }
  /** Axes are sorted and non-negative. */
  | { readonly kind: ReductionKind; readonly axes: readonly number[]; readonly keepDims: boolean }
  /** Index of the first maximum or minimum. */
  | { readonly kind: 'ArgMax' | 'ArgMin'; readonly axis: number }
  /** Over the last axis. */
  | { readonly kind: 'Softmax' | 'LogSoftmax' }
  /** Operands: a, b and, once fused, a bias of shape [columns]. */
  | { readonly kind: 'MatMul'; readonly transposeA: boolean; readonly transposeB: boolean }
  /**
   * Operands: x NHWC, filter HWIO and, once fused, a bias of shape [O]. Of G groups each sees its own C / G channels and
   * makes its own O / G maps, so the filter has I = C / G; a depthwise convolution has G = C.
   */
  | { readonly kind: 'Conv2D'; readonly window: SlidingWindow; readonly groups: number }
  /** Operands: dy, filter. */
  | { readonly kind: 'Conv2DBackpropInput'; readonly window: SlidingWindow; readonly groups: number }
  /** Operands: x, dy. */
  | { readonly kind: 'Conv2DBackpropFilter'; readonly window: SlidingWindow; readonly groups: number }
  /** Padding counts as nothing: it is no maximum, and no part of an average. */
  | { readonly kind: 'MaxPool' | 'AvgPool'; readonly window: SlidingWindow }
  /** Operands: dy, x, y. The gradient goes to the first maximum of each window. */
  | { readonly kind: 'MaxPoolGrad'; readonly window: SlidingWindow }
  /** Operand: dy, of which every place of a window gets an equal share, the places on padding too. */
  | { readonly kind: 'AvgPoolGrad'; readonly window: SlidingWindow }
  | ({ readonly kind: 'LRN' } & LocalResponse)
  /** Operands: x, y, dy. */
  | ({ readonly kind: 'LRNGrad' } & LocalResponse);

export type ConstantValues = Float32Array | Int32Array | Uint8Array;
export type OperationKind = Operation['kind'];

/** The operation of one kind, also where the union above lists several kinds in one member. */
export type OperationOf<K extends OperationKind> = Operation extends infer O extends Operation
  ? O extends unknown
    ? K extends O['kind']
      ? O & { readonly kind: K }
      : never
    : never
  : never;
