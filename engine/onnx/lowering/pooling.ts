import type { SlidingWindow } from '../../graph/operation.ts';
import { elementCount } from '../../shape.ts';
import { NCHW, physicalShape } from '../layout.ts';
import { integers } from '../model-builder.ts';
import type { LoweredValue, LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';
import { convolutionProblem } from './convolution-problem.ts';
import { uncovered, windowAttributes } from './direct-convolution.ts';

function poolKey(node: number, window: SlidingWindow): string {
  return `pool ${node} ${JSON.stringify(window)}`;
}

/** Emits the pool with the positions of its maxima, once for the forward pass and the gradient. */
function pooledWithPositions(
  x: LoweredValue,
  source: number,
  window: SlidingWindow,
  context: LoweringContext,
): readonly [string, string] {
  const key = poolKey(source, window);
  const values = context.shared(key, () => {
    const [pooled, positions] = context.model.operatorWithOutputs('MaxPool', [context.inLayout(x, NCHW)], 2, {
      attributes: windowAttributes(window),
    });
    context.shared(`${key} positions`, () => positions as string);
    return pooled as string;
  });
  return [values, context.shared(`${key} positions`, () => '')];
}

const maxPool: LoweringRule<'MaxPool'> = ({ window }, operands, node, context) => {
  const x = operand(operands, 0);
  const source = node.inputs[0] ?? -1;
  const hasGradient = context.graph.nodes.some(
    ({ operation, inputs }) =>
      operation.kind === 'MaxPoolGrad' &&
      inputs[1] === source &&
      poolKey(source, operation.window) === poolKey(source, window),
  );
  if (hasGradient) return result(node, pooledWithPositions(x, source, window, context)[0], NCHW);
  const name = context.model.operator('MaxPool', [context.inLayout(x, NCHW)], { attributes: windowAttributes(window) });
  return result(node, name, NCHW);
};

/**
 * Puts each element of dy where its window's first maximum was. Exact on ties, which black borders make everywhere,
 * because the positions come from the pool itself and not from a comparison of values.
 */
const maxPoolGrad: LoweringRule<'MaxPoolGrad'> = ({ window }, operands, node, context) => {
  const { model } = context;
  const dy = context.inLayout(operand(operands, 0), NCHW);
  const [, positions] = pooledWithPositions(operand(operands, 1), node.inputs[1] ?? -1, window, context);
  const target = model.integers(physicalShape(node.shape, NCHW));
  const disjoint = window.filter.every((size, dimension) => size <= (window.strides[dimension] ?? 1));
  // MaxUnpool adds up nothing and knows no padding.
  if (disjoint && window.padding.every((rows) => rows === 0)) {
    const attributes = { kernel_shape: integers(window.filter), strides: integers(window.strides) };
    return result(node, model.operator('MaxUnpool', [dy, positions, target], { attributes }), NCHW);
  }
  const zeros = model.operator('Expand', [model.float(0), model.integers([elementCount(node.shape)])]);
  const flat = model.integers([-1]);
  const scattered = model.operator(
    'ScatterElements',
    [zeros, model.operator('Reshape', [positions, flat]), model.operator('Reshape', [dy, flat])],
    { attributes: { axis: 0n, reduction: 'add' } },
  );
  return result(node, model.operator('Reshape', [scattered, target]), NCHW);
};

const avgPool: LoweringRule<'AvgPool'> = ({ window }, operands, node, context) => {
  const { dilations: _, ...attributes } = windowAttributes(window);
  const x = context.inLayout(operand(operands, 0), NCHW);
  return result(node, context.model.operator('AveragePool', [x], { attributes }), NCHW);
};

/** Spreads dy evenly over its window: a transposed convolution of every channel with a constant filter. */
const avgPoolGrad: LoweringRule<'AvgPoolGrad'> = ({ window }, operands, node, context) => {
  const { model } = context;
  const dy = operand(operands, 0);
  const channels = dy.shape[3] ?? 1;
  const shape = [channels, 1, ...window.filter];
  const filter = new Float32Array(elementCount(shape)).fill(1 / (window.filter[0] * window.filter[1]));
  const rest = uncovered(convolutionProblem(node.shape, dy.shape, window));
  const attributes = { ...windowAttributes(window), group: BigInt(channels), output_padding: integers(rest) };
  const inputs = [context.inLayout(dy, NCHW), model.tensor('float32', shape, new Uint8Array(filter.buffer))];
  return result(node, model.operator('ConvTranspose', inputs, { attributes }), NCHW);
};

export const poolingRules: LoweringRules = {
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
};
