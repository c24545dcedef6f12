import type { StepGraph } from '../../graph/graph.ts';
import { nodeAt } from '../../graph/graph.ts';
import type { ConvolutionKind } from '../formulations/formulation.ts';
import { problemKey } from '../formulations/formulation.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { convolutionProblem } from '../lowering/convolution-problem.ts';
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
    // Grouped convolutions have one form.
    if ('groups' in operation && operation.groups > 1) continue;
    const [first = [], second = []] = inputs.map((input) => nodeAt(nodes, input).shape);
    if (operation.kind === 'Conv2D') add('forward', convolutionProblem(first, shape, operation.window));
    if (operation.kind === 'Conv2DBackpropInput') {
      add('input-gradient', convolutionProblem(shape, first, operation.window));
    }
    if (operation.kind === 'Conv2DBackpropFilter') {
      add('filter-gradient', convolutionProblem(first, second, operation.window));
    }
  }
  return [...tasks.values()].map(({ problem, kinds }) => ({ problem, kinds: [...kinds] }));
}
