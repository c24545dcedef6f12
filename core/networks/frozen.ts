import { removeLayers } from './ablation.ts';
import { connect } from './connections.ts';
import type { NetworkDescription } from './description.ts';
import { type LayerSelection, selectLayers, weightLayers } from './layer-selection.ts';

/**
 * The network as it is trained while some layers are frozen: without the dropout layers below which frozen layers are all
 * there is, as a part that does not learn is run as in a test (Yosinski et al. 2014 drop out above the cut only).
 */
export function withoutFrozenDropout(description: NetworkDescription, frozen: LayerSelection): NetworkDescription {
  const still = selectLayers(description, frozen);
  if (still.size === 0) return description;
  const weighted = new Set(weightLayers(description));
  const learning = new Set<string>();
  for (const { layer, sources } of connect(description)) {
    const learns = weighted.has(layer.name) && !still.has(layer.name);
    if (learns || sources.some((source) => learning.has(source))) learning.add(layer.name);
  }
  const idle = description.layers.filter(({ kind, name }) => kind === 'dropout' && !learning.has(name));
  return removeLayers(...idle.map(({ name }) => name))(description);
}
