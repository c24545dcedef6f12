import type { GraphNode, StepGraph } from '../graph.ts';
import { rewriteGraph } from '../rewrite.ts';
import { countUses } from '../uses.ts';

/** Makes a bias that is added to a convolution or to a matrix product, and to nothing else of it, its third operand. */
export function fuseBias(graph: StepGraph): StepGraph {
  const uses = countUses(graph);
  return rewriteGraph(graph, (node, { builder, node: at }, index) => {
    if (node.operation.kind !== 'Add') return undefined;
    const [left = -1, right = -1] = node.inputs;
    const [product, bias] = takesBias(at(left)) ? [left, right] : [right, left];
    const { operation, inputs, shape } = at(product);
    const [oldLeft = -1, oldRight = -1] = graph.nodes[index]?.inputs ?? [];
    const oldProduct = product === left ? oldLeft : oldRight;
    const addend = at(bias);
    const fits = addend.shape.length === 1 && addend.shape[0] === shape.at(-1) && addend.dtype === 'float32';
    if (!takesBias(at(product)) || !fits || uses[oldProduct] !== 1) return undefined;
    return builder.add(operation, [...inputs, bias], node.shape, node.dtype);
  });
}

function takesBias({ operation, inputs, shape }: GraphNode): boolean {
  if (inputs.length !== 2) return false;
  return operation.kind === 'Conv2D' || (operation.kind === 'MatMul' && shape.length === 2);
}
