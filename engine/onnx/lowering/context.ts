import { EngineError } from '../../errors.ts';
import type { DType, GraphNode, StepGraph } from '../../graph/graph.ts';
import type { Operation, OperationKind, OperationOf } from '../../graph/operation.ts';
import type { Shape } from '../../step.ts';
import type { FormulationChoice } from '../formulations/formulation.ts';
import type { Layout } from '../layout.ts';
import { isReshape, permutationBetween, physicalShape, plainLayout, sameLayout } from '../layout.ts';
import type { ModelBuilder } from '../model-builder.ts';
import { integers } from '../model-builder.ts';

/** A value of the ONNX graph, with the logical shape of the step graph and the layout it has in memory. */
export interface LoweredValue {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly layout: Layout;
}

/** What the rules of one lowering share. */
export interface LoweringContext {
  readonly graph: StepGraph;
  readonly model: ModelBuilder;
  readonly formulationOf: FormulationChoice;
  /** The name of a value in the wanted layout; transposed once however often it is asked for. */
  inLayout(value: LoweredValue, layout: Layout): string;
  plain(value: LoweredValue): string;
  /** Runs `create` once for each key, so that a forward and a gradient rule can share an intermediate result. */
  shared<T>(key: string, create: () => T): T;
}

/** Emits the ONNX operators of one node. `operands` are its lowered inputs. */
export type LoweringRule<K extends OperationKind> = (
  operation: OperationOf<K>,
  operands: readonly LoweredValue[],
  node: GraphNode,
  context: LoweringContext,
) => LoweredValue;

export type LoweringRules = { readonly [K in OperationKind]?: LoweringRule<K> };

export function createLoweringContext(
  graph: StepGraph,
  model: ModelBuilder,
  formulationOf: FormulationChoice,
): LoweringContext {
  const created = new Map<string, unknown>();
  const context: LoweringContext = {
    graph,
    model,
    formulationOf,
    inLayout({ name, shape, layout }, wanted) {
      if (sameLayout(layout, wanted)) return name;
      return context.shared(`layout ${name} ${layout.join()} ${wanted.join()}`, () =>
        isReshape(shape, layout, wanted)
          ? model.operator('Reshape', [name, model.integers(physicalShape(shape, wanted))])
          : model.operator('Transpose', [name], {
              attributes: { perm: integers(permutationBetween(layout, wanted)) },
            }),
      );
    },
    plain: (value) => context.inLayout(value, plainLayout(value.shape.length)),
    shared<T>(key: string, create: () => T): T {
      if (!created.has(key)) created.set(key, create());
      return created.get(key) as T;
    },
  };
  return context;
}

/** A result that has the node's own shape and dtype. */
export function result(node: GraphNode, name: string, layout: Layout = plainLayout(node.shape.length)): LoweredValue {
  return { name, shape: node.shape, dtype: node.dtype, layout };
}

/** The i-th operand of a rule; a missing one is a defect of the tracer. */
export function operand(operands: readonly LoweredValue[], index: number): LoweredValue {
  const value = operands[index];
  if (value === undefined) throw new RangeError(`Expected operand ${index}, got ${operands.length} operands.`);
  return value;
}

export function unsupported(operation: Operation, reason: string): EngineError {
  return new EngineError(
    'STEP_UNTRACEABLE',
    `Expected ${operation.kind} to be one the ONNX executor has, got ${reason}.`,
  );
}
