import type { NetworkDescription } from './description.ts';
import { listWeights, type Weight } from './weights.ts';

/** The first so many layers with weights, in the description's order, or layers by name. */
export type LayerSelection = number | readonly string[];

/** Names of the layers that have weights, in order. */
export function weightLayers(description: NetworkDescription): readonly string[] {
  return listWeights(description).flatMap(({ layer, role }) => (role === 'kernel' ? [layer] : []));
}

/** Names of the selected layers. */
export function selectLayers(description: NetworkDescription, selection: LayerSelection): ReadonlySet<string> {
  return new Set(typeof selection === 'number' ? weightLayers(description).slice(0, selection) : selection);
}

/** @returns what is wrong with a selection, or undefined when every layer of it has weights. */
export function unknownLayers(description: NetworkDescription, selection: LayerSelection): string | undefined {
  const known = weightLayers(description);
  if (typeof selection === 'number') {
    if (selection <= known.length) return undefined;
    return `Expected at most the ${known.length} layers of ${description.title} that have weights, got ${selection}`;
  }
  const unknown = selection.find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  return `Expected layers of ${description.title} that have weights (${known.join(', ')}), got ${JSON.stringify(unknown)}`;
}

/** Weights that learn, in order. */
export function trainableWeights(description: NetworkDescription, frozen: LayerSelection): readonly Weight[] {
  const layers = selectLayers(description, frozen);
  return listWeights(description).filter(({ layer }) => !layers.has(layer));
}
