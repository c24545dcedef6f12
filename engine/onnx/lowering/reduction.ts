import type { ReductionKind } from '../../graph/operation.ts';
import { withoutAxes } from '../layout.ts';
import type { LoweringRule, LoweringRules } from './context.ts';
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

function softmax(type: 'Softmax' | 'LogSoftmax'): LoweringRule<'Softmax' | 'LogSoftmax'> {
  return (_, operands, node, { model }) => {
    const x = operand(operands, 0);
    const attributes = { axis: BigInt(x.layout.indexOf(x.shape.length - 1)) };
    return result(node, model.operator(type, [x.name], { attributes }), x.layout);
  };
}

export const reductionRules: LoweringRules = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
};
