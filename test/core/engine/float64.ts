/** A slow interpreter of step graphs in double precision, written from the definitions: the reference of the tests. */
import type { GraphNode, StepGraph } from '../../../engine/mod.ts';
import { elementCount } from '../../../engine/shape.ts';
import { images } from './float64-images.ts';
import type { Float64Tensor } from './float64-tensor.ts';
import { broadcast, element, everywhere, positions } from './float64-tensor.ts';

type Inputs = (role: string, name: string) => Float64Tensor;

/** Values of all nodes. */
export function interpret(graph: StepGraph, inputs: Inputs): readonly Float64Tensor[] {
  const values: Float64Tensor[] = [];
  for (const node of graph.nodes) {
    const operands = node.inputs.map((index) => values[index] as Float64Tensor);
    const data = Float64Array.from(evaluate(node, operands, inputs));
    if (data.length !== elementCount(node.shape))
      throw new Error(`${node.operation.kind} gave ${data.length} elements`);
    values.push({ shape: node.shape, data });
  }
  return values;
}

/** The series of Abramowitz and Stegun, 7.1.6, which converges everywhere and fast for the arguments of tests. */
function erf(x: number): number {
  let sum = 0;
  let term = x;
  for (let n = 0; n < 200; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const UNARY: Record<string, (x: number) => number> = {
  Abs: Math.abs,
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Ceil: Math.ceil,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Erf: erf,
  Exp: Math.exp,
  Floor: Math.floor,
  Log: Math.log,
  LogicalNot: (x) => Number(x === 0),
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
  Round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Sin: Math.sin,
  Sinh: Math.sinh,
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Step: (x) => Number(x > 0),
  Tan: Math.tan,
  Tanh: Math.tanh,
};

const BINARY: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessEqual: (a, b) => Number(a <= b),
  LogicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  LogicalOr: (a, b) => Number(a !== 0 || b !== 0),
  Maximum: Math.max,
  Minimum: Math.min,
  Mod: (a, b) => a - b * Math.floor(a / b),
  Multiply: (a, b) => a * b,
  NotEqual: (a, b) => Number(a !== b),
  Pow: Math.pow,
  RealDiv: (a, b) => a / b,
  SquaredDifference: (a, b) => (a - b) ** 2,
  Sub: (a, b) => a - b,
};

const REDUCTION: Record<string, (values: readonly number[]) => number> = {
  Sum: (values) => values.reduce((a, b) => a + b, 0),
  Mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  Max: (values) => Math.max(...values),
  Min: (values) => Math.min(...values),
  Prod: (values) => values.reduce((a, b) => a * b, 1),
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
      return node.dtype === 'bool'
        ? a.data.map((x) => Number(x !== 0))
        : node.dtype === 'int32'
          ? a.data.map(Math.trunc)
          : a.data;
    case 'BroadcastTo':
      return everywhere(shape, (at) => broadcast(a, shape, at));
    case 'Transpose':
      return everywhere(shape, (at) =>
        element(
          a,
          operation.permutation.map((_, axis) => at[operation.permutation.indexOf(axis)] ?? 0),
        ),
      );
    case 'Slice':
      return everywhere(shape, (at) =>
        element(
          a,
          at.map((position, axis) => position + (operation.begin[axis] ?? 0)),
        ),
      );
    case 'Pad':
      return everywhere(shape, (at) =>
        element(
          a,
          at.map((position, axis) => position - (operation.before[axis] ?? 0)),
          operation.value,
        ),
      );
    case 'Tile':
      return everywhere(shape, (at) =>
        element(
          a,
          at.map((position, axis) => position % (a.shape[axis] ?? 1)),
        ),
      );
    case 'Concat':
      return everywhere(shape, (at) => concatenated(operands, operation.axis, at));
    case 'Select':
      return everywhere(shape, (at) =>
        broadcast(a, shape, at) !== 0 ? broadcast(b, shape, at) : broadcast(c, shape, at),
      );
    case 'GatherV2': {
      const { axis } = operation;
      return everywhere(shape, (at) => {
        const chosen = element(b, at.slice(axis, axis + b.shape.length));
        return element(a, [...at.slice(0, axis), chosen, ...at.slice(axis + b.shape.length)]);
      });
    }
    case 'UnsortedSegmentSum':
      return everywhere(shape, ([segment, ...rest]) =>
        b.data.reduce((sum, of, n) => (of === segment ? sum + element(a, [n, ...rest]) : sum), 0),
      );
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
    return reduce(
      [...positions(reduced)].map((step) =>
        element(
          x,
          base.map((position, axis) => position + (step[axis] ?? 0)),
        ),
      ),
    );
  });
}

function extremum(x: Float64Tensor, { kind, axis }: { kind: string; axis: number }, at: readonly number[]): number {
  const candidates = Array.from({ length: x.shape[axis] ?? 0 }, (_, index) =>
    element(x, [...at.slice(0, axis), index, ...at.slice(axis)]),
  );
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
    if (position < size)
      return element(
        part,
        at.map((other, index) => (index === axis ? position : other)),
      );
    position -= size;
  }
  throw new RangeError('A position lies behind all parts.');
}
