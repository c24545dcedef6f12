import type { ConvolutionKind } from '../formulations/formulation.ts';
import type { LoweredValue, LoweringContext, LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';
import type { ConvolutionProblem } from './convolution-problem.ts';
import { convolutionProblem } from './convolution-problem.ts';

import { groupedConvolution, groupedFilterGradient, groupedInputGradient } from './grouped-convolution.ts';
import { areSeparate, groupProblem, separateGroups } from './separate-groups.ts';

export { windowAttributes } from './direct-convolution.ts';

const conv2D: LoweringRule<'Conv2D'> = ({ window, groups }, operands, node, context) => {
  if (groups > 1) {
    const [x, filter] = [operand(operands, 0), operand(operands, 1)];
    if (!areSeparate(groups, filter.shape)) return groupedConvolution(window, groups, operands, node, context);
    const problem = groupProblem(x.shape, node.shape, window, groups);
    return separateGroups('forward', problem, groups, operands, node, context);
  }
  const problem = convolutionProblem(operand(operands, 0).shape, node.shape, window);
  const { name, layout } = emit('forward', problem, operands, context);
  return result(node, name, layout);
};

const backpropInput: LoweringRule<'Conv2DBackpropInput'> = ({ window, groups }, operands, node, context) => {
  if (groups > 1) {
    const [dy, filter] = [operand(operands, 0), operand(operands, 1)];
    if (!areSeparate(groups, filter.shape)) return groupedInputGradient(window, groups, operands, node, context);
    const problem = groupProblem(node.shape, dy.shape, window, groups);
    return separateGroups('input-gradient', problem, groups, operands, node, context);
  }
  const problem = convolutionProblem(node.shape, operand(operands, 0).shape, window);
  const { name, layout } = emit('input-gradient', problem, operands, context);
  return result(node, name, layout);
};

const backpropFilter: LoweringRule<'Conv2DBackpropFilter'> = ({ window, groups }, operands, node, context) => {
  if (groups > 1) {
    const [x, dy] = [operand(operands, 0), operand(operands, 1)];
    if (!areSeparate(groups, node.shape)) return groupedFilterGradient(window, groups, operands, node, context);
    const problem = groupProblem(x.shape, dy.shape, window, groups);
    return separateGroups('filter-gradient', problem, groups, operands, node, context);
  }
  const problem = convolutionProblem(operand(operands, 0).shape, operand(operands, 1).shape, window);
  const { name, layout } = emit('filter-gradient', problem, operands, context);
  // The weight and its slots, which it meets in the update, lie as TensorFlow.js has them: better one transposition than theirs.
  return result(node, context.plain(result(node, name, layout)));
};

function emit(
  kind: ConvolutionKind,
  problem: ConvolutionProblem,
  operands: readonly LoweredValue[],
  context: LoweringContext,
): Pick<LoweredValue, 'name' | 'layout'> {
  return context.formulationOf(kind, problem).emit(operands, problem, context);
}

export const convolutionRules: LoweringRules = {
  Conv2D: conv2D,
  Conv2DBackpropInput: backpropInput,
  Conv2DBackpropFilter: backpropFilter,
};
