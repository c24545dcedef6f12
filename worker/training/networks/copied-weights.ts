import { TickworkError } from '../../../core/errors.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { type LayerSelection, selectLayers, weightLayers } from '../../../core/networks/layer-selection.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import type { HostTensor } from '../../../engine/executor.ts';
import type { KeptWeights } from '../checkpoints/kept-weights.ts';

/** Which layers start from kept weights. */
export interface Copying {
  /** Default: all. */
  readonly copyLayers?: LayerSelection | undefined;
  /** Not these, whatever `copyLayers` says. */
  readonly reinitialise: readonly string[];
}

/**
 * The state with the weights of the selected layers replaced by kept ones, of layers of the same name; VGG's deeper
 * networks start from the first four convolutions and the fully connected layers of A that way (Simonyan & Zisserman 2015,
 * §3.1).
 * @throws TickworkError STUDY_INVALID naming the selected weights that the kept ones lack or have in another shape.
 */
export function copyWeights(
  state: Readonly<Record<string, HostTensor>>,
  description: NetworkDescription,
  kept: KeptWeights,
  { copyLayers, reinitialise }: Copying,
): Record<string, HostTensor> {
  const selected = selectLayers(description, copyLayers ?? weightLayers(description));
  const copied = { ...state };
  const misfits: string[] = [];
  for (const { name, layer, shape } of listWeights(description)) {
    if (!selected.has(layer) || reinitialise.includes(layer)) continue;
    const source = kept.weights[name];
    if (source?.shape.join() === shape.join()) copied[name] = source;
    else misfits.push(`${name} [${shape.join(', ')}], there ${source ? `[${source.shape.join(', ')}]` : 'absent'}`);
  }
  if (misfits.length === 0) return copied;
  throw new TickworkError(
    'STUDY_INVALID',
    `Expected the weights kept from ${kept.title} to fit ${description.title}, got ${misfits.join('; ')}. ` +
      'Name the layers that fit in copyLayers, or those that do not in reinitialise.',
  );
}
