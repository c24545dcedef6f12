import { formatShape } from '../shape.ts';
import type { GraphNode, StepGraph } from './graph.ts';
import type { Operation } from './operation.ts';

/**
 * The graph as text, one node a line, for people and for test expectations:
 * `%6 = Conv2D(%3, %0) window=3x3 pad=1,1,1,1 : float32[4,28,28,8]`.
 */
export function printGraph({ name, nodes, outputs }: StepGraph): string {
  const results = (role: string, indices: Readonly<Record<string, number>>): string[] =>
    Object.entries(indices).map(([result, index]) => `  ${role} ${result} = %${index}`);
  return [
    `step ${name}`,
    ...nodes.map((node, index) => `  %${index} = ${printNode(node)}`),
    ...results('state', outputs.state),
    ...results('metric', outputs.metrics),
    '',
  ].join('\n');
}

function printNode({ operation, inputs, shape, dtype }: GraphNode): string {
  const operands = inputs.length === 0 ? '' : `(${inputs.map((input) => `%${input}`).join(', ')})`;
  const details = printAttributes(operation);
  return `${operation.kind}${operands}${details === '' ? '' : ` ${details}`} : ${dtype}${formatShape(shape)}`;
}

function printAttributes(operation: Operation): string {
  switch (operation.kind) {
    case 'Input':
      return `${operation.role}/${operation.name}`;
    case 'Constant':
      return `${operation.values.slice(0, 4).join(' ')}${operation.values.length > 4 ? ' …' : ''}`;
    default: {
      const { kind: _, ...attributes } = operation;
      return Object.entries(attributes).filter(isUnusual).map(printAttribute).join(' ');
    }
  }
}

/** One group is what a reader expects. */
function isUnusual([name, value]: [string, unknown]): boolean {
  return !(name === 'groups' && value === 1);
}

function printAttribute([name, value]: [string, unknown]): string {
  if (name === 'window') return printWindow(value as WindowFields);
  return `${name}=${Array.isArray(value) ? value.join() : String(value)}`;
}

type WindowFields = Readonly<Record<'filter' | 'strides' | 'dilations' | 'padding', readonly number[]>>;

/** What a reader expects anyway (stride 1, no dilation, no padding) is left out. */
function printWindow({ filter, strides, dilations, padding }: WindowFields): string {
  const unusual = (name: string, values: readonly number[], usual: number): string[] =>
    values.every((value) => value === usual) ? [] : [`${name}=${values.join()}`];
  return [
    `window=${filter.join('x')}`,
    ...unusual('stride', strides, 1),
    ...unusual('dilation', dilations, 1),
    ...unusual('pad', padding, 0),
  ].join(' ');
}
