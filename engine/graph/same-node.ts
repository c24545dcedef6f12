import type { GraphNode } from './graph.ts';
import type { ConstantValues, Operation } from './operation.ts';

/** Whether two nodes compute the same value from the same inputs. */
export function sameNode(a: GraphNode | undefined, b: GraphNode): boolean {
  return a !== undefined && nodeKey(a) === nodeKey(b) && sameConstant(a.operation, b.operation);
}

/** Equal for nodes that compute the same value, except that the elements of constants are not looked at. */
export function nodeKey(node: GraphNode): string {
  return `${node.dtype}[${node.shape.join()}](${node.inputs.join()})${operationKey(node.operation)}`;
}

function operationKey(operation: Operation): string {
  if (operation.kind === 'Constant') return operation.kind;
  // JSON writes -0 as 0 and NaN as null.
  if (operation.kind === 'Fill') return `Fill ${Object.is(operation.value, -0) ? '-0' : operation.value}`;
  return JSON.stringify(operation);
}

function sameConstant(a: Operation, b: Operation): boolean {
  if (a.kind !== 'Constant' || b.kind !== 'Constant') return true;
  return sameValues(a.values, b.values);
}

export function sameValues(a: ConstantValues, b: ConstantValues): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}
