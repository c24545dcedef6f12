import type { OperationKind } from '../../graph/operation.ts';

/** Results that may share memory with their operand. */
const VIEWS: ReadonlySet<string> = new Set<OperationKind>([
  'Input',
  'Identity',
  'Cast',
  'Reshape',
  'Transpose',
  'Slice',
  'BroadcastTo',
  'Sum',
  'Mean',
  'Max',
  'Min',
  'Prod',
  'Constant',
]);

export function isView(kind: string): boolean {
  return VIEWS.has(kind);
}

interface Reading {
  readonly kind: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Slots whose tensors may share memory with one of these, and these. @param readings in the order of execution */
export function sharing(slots: readonly number[], readings: readonly Reading[]): ReadonlySet<number> {
  const all = new Set(slots);
  for (const { kind, inputs, outputs } of readings) {
    if (isView(kind) && inputs.some((slot) => all.has(slot))) for (const slot of outputs) all.add(slot);
  }
  return all;
}
