import type { GraphNode, StepGraph } from '../graph/graph.ts';
import { nodeAt, outputIndices } from '../graph/graph.ts';
import type { SlidingWindow } from '../graph/operation.ts';
import { encodeGradients, encodeMomentum, encodeNode, windowInts } from './encode.ts';
import { groupConvolutionGradients } from './fusion/convolution-gradients.ts';
import { updateEarly } from './fusion/early-updates.ts';
import { findMomentumUpdates } from './fusion/momentum.ts';
import type { Uses } from './fusion/uses.ts';
import { findUses } from './fusion/uses.ts';
import { isView } from './fusion/views.ts';
import type { Instruction, Program } from './program.ts';

/** Results that nothing else shares: a ReLU behind one may overwrite it. */
const FRESH: ReadonlySet<string> = new Set(['Conv2D', 'Add']);

/**
 * Translates a simplified step graph for the addon. Slots are node indices, then the positions of pooled maxima.
 * @throws EngineError STEP_UNTRACEABLE for an operation that the addon does not have.
 */
export function lowerToProgram(graph: StepGraph): Program {
  const { nodes, outputs } = graph;
  const uses = findUses(graph);
  const instructions: Instruction[] = [];
  const pools = createPools(graph);
  const gradients = groupConvolutionGradients(graph);
  const updates = findMomentumUpdates(graph, uses);
  const done = new Set<number>();
  for (const group of gradients.values()) for (const node of [group.dx, group.dw, group.db]) done.add(node);
  for (const { absorbed, newVelocity } of updates.values())
    for (const node of [...absorbed, newVelocity]) done.add(node);
  const reluGradients = findReluGradients(graph, uses);
  for (const { step } of reluGradients.values()) done.add(step);
  nodes.forEach((node, index) => {
    const group = gradients.get(index);
    const update = updates.get(index);
    const reluGradient = reluGradients.get(index);
    if (group !== undefined) instructions.push(encodeGradients(group));
    else if (update !== undefined) instructions.push(encodeMomentum(update, node, index));
    else if (done.has(index) || node.operation.kind === 'Input') return;
    else if (reluGradient !== undefined) {
      const { dy, y } = reluGradient;
      const attributes = { ints: [], floats: [], shape: node.shape, dtype: node.dtype };
      instructions.push({ kind: 'ReluGradient', inputs: [dy, y], outputs: [index], ...attributes });
    } else instructions.push(...(pools.encode(node, index) ?? [withOwnedOperand(graph, uses, node, index)]));
  });
  const slots = nodes.length + pools.extraSlots();
  const results = new Set(outputIndices(outputs));
  return {
    slots,
    instructions: schedule(updateEarly(instructions), results),
    ...inputsOf(graph),
    newState: Object.entries(outputs.state).map(([name, slot]) => {
      return { name, slot, copy: isView(nodeAt(nodes, slot).operation.kind) };
    }),
    metrics: Object.entries(outputs.metrics).map(([name, slot]) => {
      const { shape, dtype } = nodeAt(nodes, slot);
      return { name, slot, shape, dtype };
    }),
  };
}

function withOwnedOperand(graph: StepGraph, uses: Uses, node: GraphNode, index: number): Instruction {
  const instruction = encodeNode(node, index);
  if (node.operation.kind !== 'Relu') return instruction;
  const [input = -1] = node.inputs;
  const owned = uses.onlyReader(input) === index && FRESH.has(nodeAt(graph.nodes, input).operation.kind);
  return { ...instruction, ints: [Number(owned)] };
}

/** dy * Step(y), which is one operation of libtorch. */
function findReluGradients(
  { nodes }: StepGraph,
  uses: Uses,
): ReadonlyMap<number, { readonly dy: number; readonly y: number; readonly step: number }> {
  const found = new Map<number, { dy: number; y: number; step: number }>();
  nodes.forEach((node, index) => {
    if (node.operation.kind !== 'Multiply' || node.dtype !== 'float32') return;
    for (const [dy = -1, step = -1] of [node.inputs, [...node.inputs].reverse()]) {
      const mask = nodeAt(nodes, step);
      const [y = -1] = mask.inputs;
      const alike = [dy, y].every((operand) => {
        const { shape, dtype } = nodes[operand] ?? { shape: [], dtype: 'bool' };
        return dtype === 'float32' && shape.join() === node.shape.join();
      });
      if (mask.operation.kind === 'Step' && alike && uses.onlyReader(step) === index) {
        found.set(index, { dy, y, step });
        return;
      }
    }
  });
  return found;
}

/** Pools whose gradient follows keep the positions of their maxima in a slot of their own. */
function createPools({ nodes }: StepGraph) {
  const keyOf = (x: number, window: SlidingWindow): string => `${x} ${JSON.stringify(window)}`;
  const positions = new Map<string, number>();
  const computed = new Set<string>();
  for (const { operation, inputs } of nodes) {
    if (operation.kind !== 'MaxPoolGrad') continue;
    const key = keyOf(inputs[1] ?? -1, operation.window);
    if (!positions.has(key)) positions.set(key, nodes.length + positions.size);
  }
  const pooling = (x: number, window: SlidingWindow, y: number, node: GraphNode): Instruction => {
    const key = keyOf(x, window);
    computed.add(key);
    const { shape, dtype } = node;
    const outputs = [y, positions.get(key) ?? -1];
    return { kind: 'MaxPool', inputs: [x], outputs, ints: windowInts(window), floats: [], shape, dtype };
  };
  return {
    extraSlots: () => positions.size,
    encode(node: GraphNode, index: number): readonly Instruction[] | undefined {
      const { operation, inputs, shape, dtype } = node;
      const attributes = { floats: [], shape, dtype };
      switch (operation.kind) {
        case 'MaxPool':
          return [pooling(inputs[0] ?? -1, operation.window, index, node)];
        case 'MaxPoolGrad': {
          const [dy = -1, x = -1] = inputs;
          const key = keyOf(x, operation.window);
          const ints = [...windowInts(operation.window), ...shape];
          const from = positions.get(key) ?? -1;
          const gradient = { kind: 'MaxPoolGrad', inputs: [dy, from], outputs: [index], ints, ...attributes };
          // A gradient whose pool is computed later, or not at all, finds the positions itself.
          return computed.has(key) ? [gradient] : [pooling(x, operation.window, -1, node), gradient];
        }
        case 'AvgPoolGrad': {
          const ints = [...windowInts(operation.window), ...shape];
          return [{ kind: 'AvgPoolGrad', inputs, outputs: [index], ints, ...attributes }];
        }
        default:
          return undefined;
      }
    },
  };
}

function inputsOf({ nodes }: StepGraph): Pick<Program, 'state' | 'tensors' | 'scalars'> {
  const state: Program['state'][number][] = [];
  const tensors: Program['tensors'][number][] = [];
  const scalars: Program['scalars'][number][] = [];
  nodes.forEach(({ operation, shape, dtype }, slot) => {
    if (operation.kind !== 'Input') return;
    const { role, name } = operation;
    if (role === 'state') state.push({ name, slot });
    else if (role === 'scalars') scalars.push({ name, slot });
    else tensors.push({ role, name, slot, shape, dtype });
  });
  return { state, tensors, scalars };
}

/** Adds to each instruction the slots whose last reader it is, and its own results that nobody reads. */
function schedule(instructions: readonly Instruction[], results: ReadonlySet<number>): Program['instructions'] {
  const last = new Map<number, number>();
  instructions.forEach(({ inputs, outputs }, position) => {
    for (const slot of [...inputs, ...outputs]) if (slot >= 0 && !results.has(slot)) last.set(slot, position);
  });
  const releases = instructions.map((): number[] => []);
  for (const [slot, position] of last) releases[position]?.push(slot);
  return instructions.map((instruction, position) => ({ ...instruction, release: releases[position] ?? [] }));
}
