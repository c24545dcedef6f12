import type { GraphNode, StepGraph } from '../graph/graph.ts';
import { nodeAt } from '../graph/graph.ts';
import type { Operation } from '../graph/operation.ts';
import { createFixedChoice } from './formulations/fixed-table.ts';
import type { FormulationChoice } from './formulations/formulation.ts';
import type { LoweredValue, LoweringContext, LoweringRule, LoweringRules } from './lowering/context.ts';
import { createLoweringContext, result, unsupported } from './lowering/context.ts';
import { convolutionRules } from './lowering/convolution.ts';
import { elementwiseRules } from './lowering/elementwise.ts';
import { gatherRules } from './lowering/gather.ts';
import { localResponseRules } from './lowering/local-response.ts';
import { poolingRules } from './lowering/pooling.ts';
import { reductionRules } from './lowering/reduction.ts';
import { structureRules } from './lowering/structure.ts';
import type { OnnxModel } from './model.ts';
import { ONNX_TYPE } from './model.ts';
import { createModelBuilder } from './model-builder.ts';

const RULES: LoweringRules = {
  ...elementwiseRules,
  ...structureRules,
  ...gatherRules,
  ...reductionRules,
  ...convolutionRules,
  ...poolingRules,
  ...localResponseRules,
};

/** Names of an ONNX model's inputs and outputs: the role keeps a state entry and a batch entry of one name apart. */
export function valueName(
  role: 'state' | 'batch' | 'scalars' | 'noise' | 'new-state' | 'metrics',
  name: string,
): string {
  return `${role}/${name}`;
}

/**
 * Translates a step graph to ONNX. Inside, images become NCHW and filters OIHW where ONNX's convolutions want them;
 * inputs and outputs keep TensorFlow.js's layouts: filter gradients come out HWIO, so a state kept OIHW would only move
 * the transposition from the forward pass to the update. An input that nothing uses is left out.
 * @throws EngineError STEP_UNTRACEABLE for an operation without a rule.
 */
export function lowerGraph(graph: StepGraph, formulationOf: FormulationChoice = createFixedChoice()): OnnxModel {
  const model = createModelBuilder(graph.name);
  const context = createLoweringContext(graph, model, formulationOf);
  const lowered: LoweredValue[] = [];
  for (const node of graph.nodes) {
    const operands = node.inputs.map((input) => lowered[input] as LoweredValue);
    lowered.push(node.operation.kind === 'Input' ? lowerInput(node, context) : lowerNode(node, operands, context));
  }
  for (const [name, index] of Object.entries(graph.outputs.state)) {
    const value = lowered[index] as LoweredValue;
    const { shape, dtype } = nodeAt(graph.nodes, index);
    model.output({ name: valueName('new-state', name), type: dtype, shape }, context.plain(value));
  }
  for (const [name, index] of Object.entries(graph.outputs.metrics)) {
    const value = lowered[index] as LoweredValue;
    const { shape, dtype } = nodeAt(graph.nodes, index);
    const plain = context.plain(value);
    const int32 = { attributes: { to: BigInt(ONNX_TYPE.int32) } };
    const source = dtype === 'bool' ? model.operator('Cast', [plain], int32) : plain;
    model.output({ name: valueName('metrics', name), type: dtype === 'bool' ? 'int32' : dtype, shape }, source);
  }
  return model.build();
}

function lowerInput(node: GraphNode, { model }: LoweringContext): LoweredValue {
  if (node.operation.kind !== 'Input') throw new TypeError(`Expected an Input, got ${node.operation.kind}.`);
  const { role, name } = node.operation;
  return result(node, model.input({ name: valueName(role, name), type: node.dtype, shape: node.shape }));
}

function lowerNode(node: GraphNode, operands: readonly LoweredValue[], context: LoweringContext): LoweredValue {
  // A rule takes the operation of its own kind, which the table's type guarantees and TypeScript cannot follow.
  const rule = RULES[node.operation.kind] as LoweringRule<Operation['kind']> | undefined;
  if (rule === undefined) throw unsupported(node.operation, 'one without a lowering');
  return rule(node.operation as never, operands, node, context);
}
