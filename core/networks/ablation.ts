import { TickworkError } from '../errors.ts';
import { connect } from './connections.ts';
import type { Layer, NetworkDescription } from './description.ts';

/**
 * Ablations as functions from description to description. Every one refuses a layer that is not there: a row of a table
 * whose name promises a change must have it.
 * @throws TickworkError ARGUMENT_INVALID naming the layer.
 */
export type Ablation = (description: NetworkDescription) => NetworkDescription;

/** Takes layers out; who read one of them reads what it read. A concat cannot be removed. */
export function removeLayers(...names: readonly string[]): Ablation {
  return (description) => {
    requireLayers(description, names);
    const removed = new Set(names);
    const sourceOf = new Map<string, string>();
    let previous: string | undefined;
    const layers: Layer[] = [];
    for (const { layer, sources } of connect(description)) {
      const [source, ...others] = sources.map((name) => sourceOf.get(name) ?? name);
      if (removed.has(layer.name)) {
        if (others.length > 0) throw refusal(description, layer.name, 'a layer with one input');
        sourceOf.set(layer.name, source as string);
        continue;
      }
      const implied =
        others.length === 0 && (previous === undefined || source === previous) && layer.from === undefined;
      layers.push(implied ? layer : { ...layer, from: [source as string, ...others] });
      previous = layer.name;
    }
    return { ...description, layers };
  };
}

/** Gives dense layers another number of units. */
export function setUnits(units: Readonly<Record<string, number>>): Ablation {
  return changeLayers(units, (layer, count) => (layer.kind === 'dense' ? { ...layer, units: count } : undefined));
}

/** Gives convolutions another number of filters. */
export function setFilters(filters: Readonly<Record<string, number>>): Ablation {
  return changeLayers(filters, (layer, count) => (layer.kind === 'conv' ? { ...layer, filters: count } : undefined));
}

/** Gives square filters another side, padded so that the map keeps its size where the stride is 1. */
export function setFilterSize(sizes: Readonly<Record<string, number>>): Ablation {
  return changeLayers(sizes, (layer, size) =>
    layer.kind === 'conv' ? { ...layer, size, pad: Math.floor((size - 1) / 2) } : undefined,
  );
}

/** Puts a layer behind another one; who read that one reads the new layer. */
export function insertAfter(name: string, inserted: Layer): Ablation {
  return (description) => {
    requireLayers(description, [name]);
    const redirect = (layer: Layer): Layer =>
      layer.from === undefined
        ? layer
        : { ...layer, from: layer.from.map((source) => (source === name ? inserted.name : source)) };
    const layers = description.layers.flatMap((layer) =>
      layer.name === name ? [redirect(layer), { ...inserted, from: [name] }] : [redirect(layer)],
    );
    return { ...description, layers };
  };
}

/** Replaces everything behind a layer, auxiliary heads included. */
export function swapHead(after: string, head: readonly Layer[]): Ablation {
  return (description) => {
    requireLayers(description, [after]);
    const { auxiliaryHeads: _, ...rest } = description;
    const end = description.layers.findIndex(({ name }) => name === after) + 1;
    return { ...rest, layers: [...description.layers.slice(0, end), ...head] };
  };
}

/** Several ablations, one after the other. */
export function combine(...ablations: readonly Ablation[]): Ablation {
  return (description) => ablations.reduce((current, ablate) => ablate(current), description);
}

function changeLayers<T>(
  changes: Readonly<Record<string, T>>,
  change: (layer: Layer, value: T) => Layer | undefined,
): Ablation {
  return (description) => {
    requireLayers(description, Object.keys(changes));
    const layers = description.layers.map((layer) => {
      if (!Object.hasOwn(changes, layer.name)) return layer;
      const changed = change(layer, changes[layer.name] as T);
      if (changed === undefined)
        throw refusal(description, layer.name, 'a layer of the kind that this ablation changes');
      return changed;
    });
    return { ...description, layers };
  };
}

function requireLayers(description: NetworkDescription, names: readonly string[]): void {
  const known = new Set(description.layers.map(({ name }) => name));
  const missing = names.find((name) => !known.has(name));
  if (missing !== undefined) throw refusal(description, missing, `one of ${[...known].join(', ')}`);
}

function refusal({ title }: NetworkDescription, name: string, expected: string): TickworkError {
  return new TickworkError('ARGUMENT_INVALID', `Expected layer '${name}' of ${title} to be ${expected}.`);
}
