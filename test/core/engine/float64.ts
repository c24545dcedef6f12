/** A slow interpreter of step graphs in double precision, written from the definitions: the reference of the tests. */
import type { GraphNode, StepGraph } from '../../../engine/mod.ts';
import type { Operation, SlidingWindow } from '../../../engine/graph/operation.ts';
import { broadcastShape, elementCount } from '../../../engine/shape.ts';

export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type Inputs = (role: string, name: string) => Float64Tensor;

/** Values of all nodes. */
export function interpret(graph: StepGraph, inputs: Inputs): readonly Float64Tensor[] {
  const values: Float64Tensor[] = [];
  for (const node of graph.nodes) {
    const operands = node.inputs.map((index) => values[index] as Float64Tensor);
    const data = Float64Array.from(evaluate(node, operands, inputs));
    if (data.length !== elementCount(node.shape)) throw new Error(`${node.operation.kind} gave ${data.length} elements`);
    values.push({ shape: node.shape, data });
  }
  return values;
}

const UNARY: Record<string, (x: number) => number> = {
  Abs: Math.abs, Ceil: Math.ceil, Exp: Math.exp, Floor: Math.floor, Log: Math.log, LogicalNot: (x) => Number(x === 0),
  Neg: (x) => -x, Reciprocal: (x) => 1 / x, Relu: (x) => Math.max(x, 0), Rsqrt: (x) => 1 / Math.sqrt(x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)), Sign: Math.sign, Sqrt: Math.sqrt, Square: (x) => x * x,
  Step: (x) => Number(x > 0), Tanh: Math.tanh,
};

const BINARY: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b, Equal: (a, b) => Number(a === b), Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b), Less: (a, b) => Number(a < b), LessEqual: (a, b) => Number(a <= b),
  LogicalAnd: (a, b) => Number(a !== 0 && b !== 0), LogicalOr: (a, b) => Number(a !== 0 || b !== 0),
  Maximum: Math.max, Minimum: Math.min, Multiply: (a, b) => a * b, NotEqual: (a, b) => Number(a !== b), Pow: Math.pow,
  RealDiv: (a, b) => a / b, SquaredDifference: (a, b) => (a - b) ** 2, Sub: (a, b) => a - b,
};

const REDUCTION: Record<string, (values: readonly number[]) => number> = {
  Sum: (values) => values.reduce((a, b) => a + b, 0), Mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  Max: (values) => Math.max(...values), Min: (values) => Math.min(...values), Prod: (values) => values.reduce((a, b) => a * b, 1),
};

function evaluate(node: GraphNode, operands: readonly Float64Tensor[], inputs: Inputs): Iterable<number> {
  const { operation, shape } = node;
  const [a, b, c] = operands as [Float64Tensor, Float64Tensor, Float64Tensor];
  const { kind } = operation;
  const unary = UNARY[kind];
  if (unary) return a.data.map(unary);
  const binary = BINARY[kind];
  if (binary) return everywhere(shape, (at) => binary(broadcast(a, shape, at), broadcast(b, shape, at)));
  const reduce = REDUCTION[kind];
  if (reduce) return reduction(operation as { axes: readonly number[]; keepDims: boolean }, a, shape, reduce);
  switch (operation.kind) {
    case 'Input':
      return inputs(operation.role, operation.name).data;
    case 'Constant':
      return operation.values;
    case 'Fill':
      return new Float64Array(elementCount(shape)).fill(operation.value);
    case 'Identity':
    case 'Reshape':
      return a.data;
    case 'Cast':
      return node.dtype === 'bool' ? a.data.map((x) => Number(x !== 0)) : node.dtype === 'int32' ? a.data.map(Math.trunc) : a.data;
    case 'BroadcastTo':
      return everywhere(shape, (at) => broadcast(a, shape, at));
    case 'Transpose':
      return everywhere(shape, (at) => element(a, operation.permutation.map((_, axis) => at[operation.permutation.indexOf(axis)] ?? 0)));
    case 'Slice':
      return everywhere(shape, (at) => element(a, at.map((position, axis) => position + (operation.begin[axis] ?? 0))));
    case 'Pad':
      return everywhere(shape, (at) => element(a, at.map((position, axis) => position - (operation.before[axis] ?? 0)), operation.value));
    case 'Tile':
      return everywhere(shape, (at) => element(a, at.map((position, axis) => position % (a.shape[axis] ?? 1))));
    case 'Concat':
      return everywhere(shape, (at) => concatenated(operands, operation.axis, at));
    case 'Select':
      return everywhere(shape, (at) => (broadcast(a, shape, at) !== 0 ? broadcast(b, shape, at) : broadcast(c, shape, at)));
    case 'OneHot':
      return everywhere(shape, (at) => (element(a, at.slice(0, -1)) === at.at(-1) ? operation.on : operation.off));
    case 'ArgMax':
    case 'ArgMin':
      return everywhere(shape, (at) => extremum(a, operation, at));
    case 'Softmax':
    case 'LogSoftmax':
      return softmax(a, kind === 'LogSoftmax');
    case 'MatMul':
      return matMul(operation, operands, shape);
    default:
      return images(operation, operands, shape);
  }
}

function images(operation: Operation, operands: readonly Float64Tensor[], shape: readonly number[]): Iterable<number> {
  const [a, b, c] = operands as [Float64Tensor, Float64Tensor, Float64Tensor];
  const result: Float64Tensor = { shape, data: new Float64Array(elementCount(shape)) };
  const add = (at: readonly number[], value: number): void => {
    const index = offset(shape, at);
    result.data[index] = (result.data[index] ?? 0) + value;
  };
  switch (operation.kind) {
    case 'Conv2D':
      convolve(operation.window, a.shape, b.shape, shape, (x, w, y) => add(y, element(a, x) * element(b, w)));
      return operands.length < 3 ? result.data : result.data.map((y, index) => y + (c.data[index % c.data.length] ?? 0));
    case 'Conv2DBackpropInput':
      convolve(operation.window, shape, b.shape, a.shape, (x, w, y) => add(x, element(a, y) * element(b, w)));
      return result.data;
    case 'Conv2DBackpropFilter':
      convolve(operation.window, a.shape, shape, b.shape, (x, w, y) => add(w, element(a, x) * element(b, y)));
      return result.data;
    case 'MaxPool':
      return everywhere(shape, (y) => Math.max(...windowAt(operation.window, a.shape, y).map((x) => element(a, x))));
    case 'MaxPoolGrad':
      for (const y of positions(a.shape)) {
        const window = windowAt(operation.window, shape, y);
        const maximum = Math.max(...window.map((x) => element(b, x)));
        add(window.find((x) => element(b, x) === maximum) as number[], element(a, y));
      }
      return result.data;
    case 'AvgPool':
      return everywhere(shape, (y) => {
        const window = windowAt(operation.window, a.shape, y);
        return window.reduce((sum, x) => sum + element(a, x), 0) / window.length;
      });
    case 'AvgPoolGrad':
      for (const y of positions(a.shape)) {
        const window = windowAt(operation.window, shape, y);
        for (const x of window) add(x, element(a, y) / window.length);
      }
      return result.data;
    case 'LRN':
      return everywhere(shape, (at) => element(a, at) / denominator(operation, a, at) ** operation.beta);
    case 'LRNGrad': {
      const { alpha, beta, depthRadius } = operation;
      return everywhere(shape, (at) => {
        let through = 0;
        for (const other of neighbours(depthRadius, a.shape, at)) {
          through += (element(c, other) * element(b, other)) / denominator(operation, a, other);
        }
        return element(c, at) / denominator(operation, a, at) ** beta - 2 * alpha * beta * element(a, at) * through;
      });
    }
    default:
      throw new Error(`The float64 interpreter does not know ${operation.kind}.`);
  }
}

/** Calls back with every (input, filter, output) position that a convolution multiplies. */
function convolve(
  { strides, dilations, padding }: SlidingWindow,
  xShape: readonly number[],
  wShape: readonly number[],
  yShape: readonly number[],
  visit: (x: number[], w: number[], y: number[]) => void,
): void {
  for (const [batch, i, j, filter] of positions(yShape) as Iterable<[number, number, number, number]>) {
    for (const [down, across, channel] of positions(wShape.slice(0, 3)) as Iterable<[number, number, number]>) {
      const row = i * strides[0] + down * dilations[0] - padding[0];
      const column = j * strides[1] + across * dilations[1] - padding[2];
      if (row < 0 || column < 0 || row >= (xShape[1] ?? 0) || column >= (xShape[2] ?? 0)) continue;
      visit([batch, row, column, channel], [down, across, channel, filter], [batch, i, j, filter]);
    }
  }
}

/** Input positions under one output position of a pool, in reading order. */
function windowAt({ filter, strides, padding }: SlidingWindow, xShape: readonly number[], y: readonly number[]): number[][] {
  const [batch = 0, i = 0, j = 0, channel = 0] = y;
  return [...positions(filter)]
    .map(([down = 0, across = 0]) => [batch, i * strides[0] + down - padding[0], j * strides[1] + across - padding[2], channel])
    .filter(([, row = -1, column = -1]) => row >= 0 && column >= 0 && row < (xShape[1] ?? 0) && column < (xShape[2] ?? 0));
}

function neighbours(radius: number, shape: readonly number[], at: readonly number[]): number[][] {
  const channel = at[3] ?? 0;
  const channels = shape[3] ?? 1;
  return Array.from({ length: 2 * radius + 1 }, (_, index) => channel - radius + index)
    .filter((other) => other >= 0 && other < channels)
    .map((other) => [...at.slice(0, 3), other]);
}

function denominator({ depthRadius, bias, alpha }: { depthRadius: number; bias: number; alpha: number }, x: Float64Tensor, at: readonly number[]): number {
  return bias + alpha * neighbours(depthRadius, x.shape, at).reduce((sum, other) => sum + element(x, other) ** 2, 0);
}

function reduction(
  { axes, keepDims }: { axes: readonly number[]; keepDims: boolean },
  x: Float64Tensor,
  shape: readonly number[],
  reduce: (values: readonly number[]) => number,
): Iterable<number> {
  const reduced = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  return everywhere(shape, (at) => {
    const kept = keepDims ? at.filter((_, axis) => !axes.includes(axis)) : [...at];
    const base = x.shape.map((_, axis) => (axes.includes(axis) ? 0 : (kept.shift() ?? 0)));
    return reduce([...positions(reduced)].map((step) => element(x, base.map((position, axis) => position + (step[axis] ?? 0)))));
  });
}

function extremum(x: Float64Tensor, { kind, axis }: { kind: string; axis: number }, at: readonly number[]): number {
  const candidates = Array.from({ length: x.shape[axis] ?? 0 }, (_, index) => element(x, [...at.slice(0, axis), index, ...at.slice(axis)]));
  return candidates.indexOf(kind === 'ArgMax' ? Math.max(...candidates) : Math.min(...candidates));
}

function softmax(x: Float64Tensor, logarithm: boolean): Float64Array {
  const width = x.shape.at(-1) ?? 1;
  return x.data.map((value, index) => {
    const row = x.data.subarray(index - (index % width), index - (index % width) + width);
    const maximum = Math.max(...row);
    const log = value - maximum - Math.log(row.reduce((sum, other) => sum + Math.exp(other - maximum), 0));
    return logarithm ? log : Math.exp(log);
  });
}

function matMul(
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
  [a, b, bias]: readonly Float64Tensor[],
  shape: readonly number[],
): Iterable<number> {
  const left = a as Float64Tensor;
  const right = b as Float64Tensor;
  const inner = (transposeA ? left.shape.at(-2) : left.shape.at(-1)) ?? 0;
  const entry = (x: Float64Tensor, batch: readonly number[], row: number, column: number): number =>
    broadcast(x, [...shape.slice(0, -2), ...x.shape.slice(-2)], [...batch, row, column]);
  return everywhere(shape, (at) => {
    const batch = at.slice(0, -2);
    const [row = 0, column = 0] = at.slice(-2);
    let sum = bias?.data[column] ?? 0;
    for (let k = 0; k < inner; k++) {
      const p = transposeA ? entry(left, batch, k, row) : entry(left, batch, row, k);
      sum += p * (transposeB ? entry(right, batch, column, k) : entry(right, batch, k, column));
    }
    return sum;
  });
}

function concatenated(parts: readonly Float64Tensor[], axis: number, at: readonly number[]): number {
  let position = at[axis] ?? 0;
  for (const part of parts) {
    const size = part.shape[axis] ?? 0;
    if (position < size) return element(part, at.map((other, index) => (index === axis ? position : other)));
    position -= size;
  }
  throw new RangeError('A position lies behind all parts.');
}

function* positions(shape: readonly number[]): Generator<number[]> {
  const count = elementCount(shape);
  for (let index = 0; index < count; index++) {
    const at = new Array<number>(shape.length);
    let rest = index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      at[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    yield at;
  }
}

function* everywhere(shape: readonly number[], value: (at: number[]) => number): Generator<number> {
  for (const at of positions(shape)) yield value(at);
}

function offset(shape: readonly number[], at: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + (at[axis] ?? 0), 0);
}

function element({ shape, data }: Float64Tensor, at: readonly number[], outside = Number.NaN): number {
  if (at.some((position, axis) => position < 0 || position >= (shape[axis] ?? 0))) return outside;
  return data[offset(shape, at)] ?? Number.NaN;
}

/** The element of `x` that broadcasting to `shape` puts at a position. */
function broadcast(x: Float64Tensor, shape: readonly number[], at: readonly number[]): number {
  if (broadcastShape(x.shape, shape) === undefined) throw new RangeError('The shapes do not broadcast.');
  const missing = shape.length - x.shape.length;
  return element(x, x.shape.map((size, axis) => (size === 1 ? 0 : (at[axis + missing] ?? 0))));
}
