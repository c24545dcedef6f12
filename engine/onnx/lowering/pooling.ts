import type { SlidingWindow } from '../../graph/operation.ts';
import { elementCount } from '../../shape.ts';
import type { Shape } from '../../step.ts';
import { NCHW, physicalShape } from '../layout.ts';
import { integers } from '../model-builder.ts';
import type { LoweredValue, LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';
import { convolutionProblem } from './convolution-problem.ts';
import { uncovered, windowAttributes } from './direct-convolution.ts';
import { isTiled, playTournament, type Tournament, walkBack } from './tiled-max-pool.ts';

function poolKey(node: number, window: SlidingWindow): string {
  return `pool ${node} ${JSON.stringify(window)}`;
}

/** The pool with the positions of its maxima, once for the forward pass and the gradient. */
function pooledWithPositions(
  x: LoweredValue,
  source: number,
  window: SlidingWindow,
  context: LoweringContext,
): readonly [pooled: string, positions: string] {
  return context.shared(poolKey(source, window), () => {
    const attributes = windowAttributes(window);
    const outputs = context.model.operatorWithOutputs('MaxPool', [context.inLayout(x, NCHW)], 2, { attributes });
    return outputs as [string, string];
  });
}

/** The same for windows that tile the map. @param output of the pool, NHWC */
function tournament(
  x: LoweredValue,
  source: number,
  output: Shape,
  window: SlidingWindow,
  context: LoweringContext,
): Tournament {
  return context.shared(`tournament ${poolKey(source, window)}`, () =>
    playTournament(context.plain(x), x.shape, output, window, context),
  );
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
  if (hasGradient && isTiled(window)) return result(node, tournament(x, source, node.shape, window, context).pooled);
  if (hasGradient) return result(node, pooledWithPositions(x, source, window, context)[0], NCHW);
  const name = context.model.operator('MaxPool', [context.inLayout(x, NCHW)], { attributes: windowAttributes(window) });
  return result(node, name, NCHW);
};

/**
 * Puts each element of dy where its window's first maximum was. Exact on ties, which black borders make everywhere,
 * because the positions come from the pool itself and not from a comparison with its results.
 */
const maxPoolGrad: LoweringRule<'MaxPoolGrad'> = ({ window }, operands, node, context) => {
  const { model } = context;
  const [gradient, x] = [operand(operands, 0), operand(operands, 1)];
  const source = node.inputs[1] ?? -1;
  if (isTiled(window)) {
    const played = tournament(x, source, gradient.shape, window, context);
    return result(node, walkBack(context.plain(gradient), x.shape, gradient.shape, played, window, context));
  }
  const dy = context.inLayout(gradient, NCHW);
  const [, positions] = pooledWithPositions(x, source, window, context);
  const target = model.integers(physicalShape(node.shape, NCHW));
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
