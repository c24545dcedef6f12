import type { BinaryKind, UnaryKind } from '../../graph/operation.ts';
import { BINARY } from '../../graph/operation.ts';
import type { Layout } from '../layout.ts';
import { isPlain, permutationBetween, physicalShape, plainLayout } from '../layout.ts';
import { ONNX_TYPE } from '../model.ts';
import type { ModelBuilder } from '../model-builder.ts';
import type { LoweredValue, LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';

type Emit1 = (model: ModelBuilder, x: string) => string;
type Emit2 = (model: ModelBuilder, a: string, b: string) => string;

const one =
  (type: string): Emit1 =>
  (model, x) =>
    model.operator(type, [x]);
const two =
  (type: string): Emit2 =>
  (model, a, b) =>
    model.operator(type, [a, b]);
const cast = (model: ModelBuilder, x: string, to: keyof typeof ONNX_TYPE): string =>
  model.operator('Cast', [x], { attributes: { to: BigInt(ONNX_TYPE[to]) } });

const UNARY_OPERATORS: Readonly<Record<Exclude<UnaryKind, 'Step'>, Emit1>> = {
  Abs: one('Abs'),
  Acos: one('Acos'),
  Acosh: one('Acosh'),
  Asin: one('Asin'),
  Asinh: one('Asinh'),
  Atan: one('Atan'),
  Atanh: one('Atanh'),
  Ceil: one('Ceil'),
  Cos: one('Cos'),
  Cosh: one('Cosh'),
  Erf: one('Erf'),
  Exp: one('Exp'),
  Floor: one('Floor'),
  Log: one('Log'),
  LogicalNot: one('Not'),
  Neg: one('Neg'),
  Reciprocal: one('Reciprocal'),
  Relu: one('Relu'),
  Round: one('Round'),
  Rsqrt: (model, x) => model.operator('Reciprocal', [model.operator('Sqrt', [x])]),
  Sigmoid: one('Sigmoid'),
  Sign: one('Sign'),
  Sin: one('Sin'),
  Sinh: one('Sinh'),
  Sqrt: one('Sqrt'),
  Square: (model, x) => model.operator('Mul', [x, x]),
  Tan: one('Tan'),
  Tanh: one('Tanh'),
};

const BINARY_OPERATORS: Readonly<Record<Exclude<BinaryKind, 'Mod'>, Emit2>> = {
  Add: two('Add'),
  Equal: two('Equal'),
  Greater: two('Greater'),
  GreaterEqual: two('GreaterOrEqual'),
  Less: two('Less'),
  LessEqual: two('LessOrEqual'),
  LogicalAnd: two('And'),
  LogicalOr: two('Or'),
  Maximum: two('Max'),
  Minimum: two('Min'),
  Multiply: two('Mul'),
  NotEqual: (model, a, b) => model.operator('Not', [model.operator('Equal', [a, b])]),
  Pow: two('Pow'),
  RealDiv: two('Div'),
  SquaredDifference: (model, a, b) => UNARY_OPERATORS.Square(model, model.operator('Sub', [a, b])),
  Sub: two('Sub'),
};

function unary(kind: Exclude<UnaryKind, 'Step'>): LoweringRule<UnaryKind> {
  return (_, operands, node, { model }) => {
    const x = operand(operands, 0);
    return result(node, UNARY_OPERATORS[kind](model, x.name), x.layout);
  };
}

/** Measured at a fifth of the time of ONNX Runtime's Sign, which would do after a ReLU. */
const step: LoweringRule<'Step'> = (_, operands, node, { model }) => {
  const x = operand(operands, 0);
  return result(node, cast(model, model.operator('Greater', [x.name, model.float(0)]), 'float32'), x.layout);
};

/** ONNX's remainder of floats has the sign of the dividend. */
const mod: Emit2 = (model, a, b) => {
  const remainder = (x: string): string => model.operator('Mod', [x, b], { attributes: { fmod: 1n } });
  return remainder(model.operator('Add', [remainder(a), b]));
};

function binary(kind: BinaryKind): LoweringRule<BinaryKind> {
  return (_, operands, node, context) => {
    const layout = commonLayout(operands, node.shape.length);
    const [a, b] = operands.map((value) => alignedTo(value, layout, context));
    const emit = kind !== 'Mod' ? BINARY_OPERATORS[kind] : node.dtype === 'float32' ? mod : two('Mod');
    return result(node, emit(context.model, a as string, b as string), layout);
  };
}

/** The layout of the largest operand of full rank that is not plain: the others cost less to rearrange. */
export function commonLayout(operands: readonly LoweredValue[], rank: number): Layout {
  const size = ({ shape }: LoweredValue): number => shape.reduce((product, extent) => product * extent, 1);
  const candidates = operands.filter((value) => value.shape.length === rank && !isPlain(value.layout));
  const [largest] = candidates.sort((a, b) => size(b) - size(a));
  return largest?.layout ?? plainLayout(rank);
}

/** The name of a value that broadcasts against values of the given layout. */
export function alignedTo(value: LoweredValue, layout: Layout, context: LoweringContext): string {
  const missing = layout.length - value.shape.length;
  if (missing === 0) return context.inLayout(value, layout);
  if (value.shape.length === 0 || isPlain(layout)) return context.plain(value);
  const shape = [...new Array<number>(missing).fill(1), ...value.shape];
  const plain = context.plain(value);
  const name = context.shared(`rank ${layout.length} ${plain}`, () =>
    context.model.operator('Reshape', [plain, context.model.integers(shape)]),
  );
  return context.inLayout({ ...value, name, shape, layout: plainLayout(shape.length) }, layout);
}

const castRule: LoweringRule<'Cast'> = (_, operands, node, { model }) => {
  const x = operand(operands, 0);
  return x.dtype === node.dtype ? x : result(node, cast(model, x.name, node.dtype), x.layout);
};

const select: LoweringRule<'Select'> = (_, operands, node, context) => {
  const layout = commonLayout(operands, node.shape.length);
  return result(
    node,
    context.model.operator(
      'Where',
      operands.map((value) => alignedTo(value, layout, context)),
    ),
    layout,
  );
};

const broadcastTo: LoweringRule<'BroadcastTo'> = (_, operands, node, context) => {
  const x = operand(operands, 0);
  const layout = commonLayout(operands, node.shape.length);
  const target = context.model.integers(physicalShape(node.shape, layout));
  return result(node, context.model.operator('Expand', [alignedTo(x, layout, context), target]), layout);
};

const transpose: LoweringRule<'Transpose'> = ({ permutation }, operands, node) => {
  // Nothing moves: the i-th new axis is the old axis permutation[i], wherever that lies in memory.
  const x = operand(operands, 0);
  return result(node, x.name, permutationBetween(permutation, x.layout));
};

export const elementwiseRules: LoweringRules = {
  ...Object.fromEntries(
    (Object.keys(UNARY_OPERATORS) as Exclude<UnaryKind, 'Step'>[]).map((kind) => [kind, unary(kind)]),
  ),
  ...Object.fromEntries(BINARY.map((kind) => [kind, binary(kind)])),
  Step: step,
  Cast: castRule,
  Identity: (_, operands) => operand(operands, 0),
  Select: select,
  BroadcastTo: broadcastTo,
  Transpose: transpose,
};
