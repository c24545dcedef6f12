import type { GraphNode } from '../../graph/graph.ts';
import { physicalShape, plainLayout } from '../layout.ts';
import { ONNX_TYPE } from '../model.ts';
import { integers } from '../model-builder.ts';
import type { LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';
import { commonLayout } from './elementwise.ts';

const reshape: LoweringRule<'Reshape'> = (_, operands, node, context) => {
  const x = context.plain(operand(operands, 0));
  return result(node, context.model.operator('Reshape', [x, context.model.integers(node.shape)]));
};

const slice: LoweringRule<'Slice'> = ({ begin }, operands, node, { model }) => {
  const { name, layout } = operand(operands, 0);
  const from = physicalShape(begin, layout);
  const to = physicalShape(node.shape, layout).map((size, position) => size + (from[position] ?? 0));
  const axes = plainLayout(layout.length);
  return result(
    node,
    model.operator('Slice', [name, model.integers(from), model.integers(to), model.integers(axes)]),
    layout,
  );
};

const concat: LoweringRule<'Concat'> = ({ axis }, operands, node, context) => {
  const layout = commonLayout(operands, node.shape.length);
  const parts = operands.map((value) => context.inLayout(value, layout));
  const attributes = { axis: BigInt(layout.indexOf(axis)) };
  return result(node, context.model.operator('Concat', parts, { attributes }), layout);
};

const pad: LoweringRule<'Pad'> = ({ before, after, value }, operands, node, context) => {
  const { name, layout } = operand(operands, 0);
  const pads = layout.flatMap((axis) => before[axis] ?? 0).concat(layout.map((axis) => after[axis] ?? 0));
  const padded = context.model.operator('Pad', [name, context.model.integers(pads), scalar(node, value, context)]);
  return result(node, padded, layout);
};

const tile: LoweringRule<'Tile'> = ({ repeats }, operands, node, { model }) => {
  const { name, layout } = operand(operands, 0);
  return result(node, model.operator('Tile', [name, model.integers(physicalShape(repeats, layout))]), layout);
};

/** ONNX's OneHot has few combinations of dtypes in ONNX Runtime; a comparison has them all. */
const oneHot: LoweringRule<'OneHot'> = ({ depth, on, off }, operands, node, context) => {
  const { model } = context;
  const indices = operand(operands, 0);
  const column = model.operator('Reshape', [context.plain(indices), model.integers([...indices.shape, 1])]);
  const classes = Int32Array.from({ length: depth }, (_, index) => index);
  const hit = model.operator('Equal', [column, model.tensor('int32', [depth], new Uint8Array(classes.buffer))]);
  return result(node, model.operator('Where', [hit, scalar(node, on, context), scalar(node, off, context)]));
};

function scalar(node: GraphNode, value: number, { model }: LoweringContext): string {
  if (node.dtype === 'float32') return model.float(value);
  if (node.dtype === 'int32') return model.tensor('int32', [], new Uint8Array(Int32Array.of(value).buffer));
  return model.tensor('bool', [], Uint8Array.of(value));
}

const constant: LoweringRule<'Constant'> = ({ values }, _, node, { model }) => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return result(node, model.tensor(node.dtype, node.shape, bytes));
};

const fill: LoweringRule<'Fill'> = ({ value }, _, node, context) => {
  const name = scalar(node, value, context);
  if (node.shape.length === 0) return result(node, name);
  return result(node, context.model.operator('Expand', [name, context.model.integers(node.shape)]));
};

function argument(type: 'ArgMax' | 'ArgMin'): LoweringRule<'ArgMax' | 'ArgMin'> {
  return ({ axis }, operands, node, context) => {
    const attributes = { axis: BigInt(axis), keepdims: 0n };
    const index = context.model.operator(type, [context.plain(operand(operands, 0))], { attributes });
    return result(node, context.model.operator('Cast', [index], { attributes: { to: BigInt(ONNX_TYPE.int32) } }));
  };
}

const matMul: LoweringRule<'MatMul'> = ({ transposeA, transposeB }, operands, node, context) => {
  const { model } = context;
  const names = operands.map((value) => context.plain(value));
  const [a, b] = names as [string, string];
  if (node.shape.length === 2) {
    const attributes = { transA: BigInt(transposeA), transB: BigInt(transposeB) };
    return result(node, model.operator('Gemm', names, { attributes }));
  }
  const swapped = (name: string, rank: number): string => {
    const permutation = [...plainLayout(rank - 2), rank - 1, rank - 2];
    return model.operator('Transpose', [name], { attributes: { perm: integers(permutation) } });
  };
  const left = transposeA ? swapped(a, operand(operands, 0).shape.length) : a;
  const right = transposeB ? swapped(b, operand(operands, 1).shape.length) : b;
  return result(node, model.operator('MatMul', [left, right]));
};

export const structureRules: LoweringRules = {
  Reshape: reshape,
  Slice: slice,
  Concat: concat,
  Pad: pad,
  Tile: tile,
  OneHot: oneHot,
  Constant: constant,
  Fill: fill,
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  MatMul: matMul,
};
