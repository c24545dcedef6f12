import type { StepGraph } from '../../graph/graph.ts';
import { nodeAt } from '../../graph/graph.ts';
import type { Shape } from '../../step.ts';
import type { ConvolutionKind } from '../formulations/formulation.ts';
import { problemKey } from '../formulations/formulation.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { areSeparate, groupProblem } from '../lowering/separate-groups.ts';
import type { TuningTask } from './tune.ts';

/** The different convolutions of a step, each with the products that the step takes of it. */
export function tuningTasks({ nodes }: StepGraph): readonly TuningTask[] {
  const tasks = new Map<string, { readonly problem: ConvolutionProblem; readonly kinds: Set<ConvolutionKind> }>();
  const add = (kind: ConvolutionKind, problem: ConvolutionProblem): void => {
    const key = problemKey(problem);
    const task = tasks.get(key) ?? { problem, kinds: new Set() };
    task.kinds.add(kind);
    tasks.set(key, task);
  };
  for (const { operation, inputs, shape } of nodes) {
    const [first = [], second = []] = inputs.map((input) => nodeAt(nodes, input).shape);
    const addConvolution = (kind: ConvolutionKind, x: Shape, y: Shape, filter: Shape): void => {
      if (!('groups' in operation)) return;
      const { window, groups } = operation;
      // Many small groups have one form.
      if (groups === 1 || areSeparate(groups, filter)) add(kind, groupProblem(x, y, window, groups));
    };
    if (operation.kind === 'Conv2D') addConvolution('forward', first, shape, second);
    if (operation.kind === 'Conv2DBackpropInput') addConvolution('input-gradient', shape, first, second);
    if (operation.kind === 'Conv2DBackpropFilter') addConvolution('filter-gradient', first, second, shape);
  }
  return [...tasks.values()].map(({ problem, kinds }) => ({ problem, kinds: [...kinds] }));
}
