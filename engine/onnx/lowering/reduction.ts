import type { ReductionKind } from '../../graph/operation.ts';
import { elementCount } from '../../shape.ts';
import { physicalShape, withoutAxes } from '../layout.ts';
import type { LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';

function reduction(type: string): LoweringRule<ReductionKind> {
  return ({ axes, keepDims }, operands, node, { model }) => {
    const x = operand(operands, 0);
    if (axes.length === 0) return result(node, x.name, x.layout);
    const positions = axes.map((axis) => x.layout.indexOf(axis)).sort((a, b) => a - b);
    const attributes = { keepdims: BigInt(keepDims) };
    const name = model.operator(type, [x.name, model.integers(positions)], { attributes });
    return result(node, name, keepDims ? x.layout : withoutAxes(x.layout, axes));
  };
}

/**
 * A sum over all axes but the last ones, which the gradient of every bias is: as products with rows of ones, of each image
 * first and then of all. ONNX Runtime's own reduction takes twice as long, and with two threads ten times.
 */
const sum: LoweringRule<'Sum'> = (operation, operands, node, context) => {
  const x = operand(operands, 0);
  const size = physicalShape(x.shape, x.layout);
  const count = operation.axes.length;
  const leading = operation.axes.every((axis) => x.layout.indexOf(axis) < count);
  if (!leading || count === 0 || count === size.length || x.dtype !== 'float32')
    return plainSum(operation, operands, node, context);
  const { model } = context;
  const [batch = 1, ...within] = size.slice(0, count);
  const columns = elementCount(size.slice(count));
  const rows = elementCount(within);
  const stacked = model.operator('Reshape', [x.name, model.integers([batch, rows, columns])]);
  const images = rows === 1 ? stacked : model.operator('MatMul', [ones(rows, context), stacked]);
  const table = model.operator('Reshape', [images, model.integers([batch, columns])]);
  const total = model.operator('Gemm', [ones(batch, context), table]);
  const layout = operation.keepDims ? x.layout : withoutAxes(x.layout, operation.axes);
  return result(node, model.operator('Reshape', [total, model.integers(physicalShape(node.shape, layout))]), layout);
};

const plainSum = reduction('ReduceSum') as LoweringRule<'Sum'>;

function ones(count: number, { model, shared }: LoweringContext): string {
  return shared(`ones ${count}`, () => model.operator('Expand', [model.float(1), model.integers([1, count])]));
}

function softmax(type: 'Softmax' | 'LogSoftmax'): LoweringRule<'Softmax' | 'LogSoftmax'> {
  return (_, operands, node, { model }) => {
    const x = operand(operands, 0);
    const attributes = { axis: BigInt(x.layout.indexOf(x.shape.length - 1)) };
    return result(node, model.operator(type, [x.name], { attributes }), x.layout);
  };
}

export const reductionRules: LoweringRules = {
  Sum: sum,
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
};
