import { TickworkError } from '../errors.ts';
import type { Layer, NetworkDescription } from './description.ts';
import { IMAGE } from './description.ts';

/** A layer with the names of what it reads, none of them implied. */
export interface ConnectedLayer {
  readonly layer: Layer;
  readonly sources: readonly string[];
}

/**
 * Every layer with its sources, in order.
 * @throws TickworkError INTERNAL where a layer reads one that is not before it, or two share a name.
 */
export function connect({ title, layers }: NetworkDescription): readonly ConnectedLayer[] {
  const known = new Set([IMAGE]);
  let previous = IMAGE;
  return layers.map((layer) => {
    const sources = layer.from ?? [previous];
    const missing = sources.find((source) => !known.has(source));
    if (missing !== undefined || known.has(layer.name)) {
      const problem =
        missing === undefined ? 'a second one of that name' : `a reader of '${missing}', unknown before it`;
      throw new TickworkError('INTERNAL', `Expected layer '${layer.name}' of ${title} to fit in, got ${problem}.`);
    }
    known.add(layer.name);
    previous = layer.name;
    return { layer, sources };
  });
}

/** The network without its auxiliary heads, and without the layers that only they needed: what a test runs. */
export function withoutAuxiliaryHeads(description: NetworkDescription): NetworkDescription {
  const { auxiliaryHeads: _, ...rest } = description;
  const connected = connect(description);
  const needed = new Set<string>([connected.at(-1)?.layer.name ?? IMAGE]);
  for (const { layer, sources } of [...connected].reverse()) {
    if (needed.has(layer.name)) for (const source of sources) needed.add(source);
  }
  let previous = IMAGE;
  const layers = connected
    .filter(({ layer }) => needed.has(layer.name))
    .map(({ layer, sources }) => {
      const implied = sources.length === 1 && sources[0] === previous;
      previous = layer.name;
      return implied ? layer : { ...layer, from: sources };
    });
  return { ...rest, layers };
}
