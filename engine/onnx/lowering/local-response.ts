import type { LocalResponse } from '../../graph/operation.ts';
import { NCHW } from '../layout.ts';
import type { LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';

/**
 * The sum over a channel's neighbours, times `factor`: a product with a banded matrix.
 * @param x name of an NCHW value whose batch, channels and pixels are given
 */
function neighbourSum(
  x: string,
  [batch, channels, pixels]: readonly [number, number, number],
  depthRadius: number,
  factor: number,
  { model }: LoweringContext,
): string {
  const band = new Float32Array(channels * channels);
  for (let row = 0; row < channels; row++) {
    const last = Math.min(channels - 1, row + depthRadius);
    for (let column = Math.max(0, row - depthRadius); column <= last; column++) band[row * channels + column] = factor;
  }
  const matrix = model.tensor('float32', [channels, channels], new Uint8Array(band.buffer));
  const maps = model.operator('Reshape', [x, model.integers([batch, channels, pixels])]);
  return model.operator('MatMul', [matrix, maps]);
}

/**
 * The two quantities that the forward pass and the gradient share. ONNX's own LRN divides alpha by the window's size,
 * has no gradient, and takes seven times as long as the composition.
 */
interface Denominator {
  /** bias + alpha * sum of squares; [batch, channels, pixels]. */
  readonly base: string;
  /** base ^ beta. */
  readonly power: string;
}

function denominator(
  x: string,
  extent: readonly [number, number, number],
  { depthRadius, bias, alpha, beta }: LocalResponse,
  context: LoweringContext,
): Denominator {
  const { model, shared } = context;
  const key = `lrn ${x} ${depthRadius} ${bias} ${alpha}`;
  const base = shared(key, () => {
    const squares = model.operator('Mul', [x, x]);
    return model.operator('Add', [neighbourSum(squares, extent, depthRadius, alpha, context), model.float(bias)]);
  });
  return { base, power: shared(`${key} ${beta}`, () => raise(base, beta, context)) };
}

/** base ^ beta; the betas of the literature by square roots, which cost a tenth of a general power. */
function raise(base: string, beta: number, { model }: LoweringContext): string {
  if (beta === 1) return base;
  if (beta !== 0.5 && beta !== 0.75) return model.operator('Pow', [base, model.float(beta)]);
  const root = model.operator('Sqrt', [base]);
  return beta === 0.5 ? root : model.operator('Mul', [root, model.operator('Sqrt', [root])]);
}

function extentOf(shape: readonly number[]): readonly [number, number, number] {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  return [batch, channels, height * width];
}

const lrn: LoweringRule<'LRN'> = (operation, operands, node, context) => {
  const { model } = context;
  const x = context.inLayout(operand(operands, 0), NCHW);
  const extent = extentOf(node.shape);
  const { power } = denominator(x, extent, operation, context);
  const maps = model.operator('Reshape', [x, model.integers(extent)]);
  return result(node, asImages(model.operator('Div', [maps, power]), node.shape, context), NCHW);
};

/** dx = dy / base^beta - 2 alpha beta x * (sum over neighbours of dy * y / base). */
const lrnGrad: LoweringRule<'LRNGrad'> = (operation, operands, node, context) => {
  const { model } = context;
  const extent = extentOf(node.shape);
  const names = operands.map((value) => context.inLayout(value, NCHW));
  const { base, power } = denominator(names[0] as string, extent, operation, context);
  const [x, y, dy] = names.map((name) => model.operator('Reshape', [name, model.integers(extent)])) as [
    string,
    string,
    string,
  ];
  const shares = model.operator('Div', [model.operator('Mul', [dy, y]), base]);
  const { depthRadius, alpha, beta } = operation;
  const through = model.operator('Mul', [x, neighbourSum(shares, extent, depthRadius, 2 * alpha * beta, context)]);
  return result(
    node,
    asImages(model.operator('Sub', [model.operator('Div', [dy, power]), through]), node.shape, context),
    NCHW,
  );
};

function asImages(
  name: string,
  [batch = 1, height = 1, width = 1, channels = 1]: readonly number[],
  { model }: LoweringContext,
): string {
  return model.operator('Reshape', [name, model.integers([batch, channels, height, width])]);
}

export const localResponseRules: LoweringRules = { LRN: lrn, LRNGrad: lrnGrad };
