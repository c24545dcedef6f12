import type { Layer, NetworkInput } from './description.ts';

/** Hidden dense layers `fc<number>` with ReLU and dropout, then the linear layer that gives the logits. */
export function denseClassifier(
  hidden: Readonly<Record<string, number>>,
  last: string,
  { dropout, classes }: NetworkInput,
): readonly Layer[] {
  const layers = Object.entries(hidden).flatMap(([name, units]): Layer[] => [
    { kind: 'dense', name, units, relu: true },
    ...(dropout > 0 ? [{ kind: 'dropout', name: name.replace('fc', 'dropout'), rate: dropout } as const] : []),
  ]);
  return [...layers, { kind: 'dense', name: last, units: classes, relu: false }];
}
