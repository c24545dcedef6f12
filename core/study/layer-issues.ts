import { describeNetwork, type NetworkFamily } from '../catalogue/networks.ts';
import { type LayerSelection, unknownLayers } from '../networks/layer-selection.ts';
import type { ParameterIssue } from './dataset-issues.ts';

/** What a trial's parameters say about single layers. */
export interface LayerParameters {
  readonly network: NetworkFamily;
  /** One that the network has. */
  readonly config: string;
  readonly dropout: number;
  readonly layerRates: readonly string[];
  readonly layerDecays: readonly string[];
  readonly freeze: LayerSelection;
  readonly initialWeights?: string | undefined;
  readonly copyLayers?: LayerSelection | undefined;
  readonly reinitialise: readonly string[];
}

/** Layers that the network lacks, and choices of layers to copy without weights to copy from. */
export function layerIssues(p: LayerParameters): readonly ParameterIssue[] {
  const layersOf = (multipliers: readonly string[]): string[] => multipliers.map((text) => text.split('=', 1)[0] ?? '');
  const selections: Record<string, LayerSelection> = {
    layerRates: layersOf(p.layerRates),
    layerDecays: layersOf(p.layerDecays),
    freeze: p.freeze,
    copyLayers: p.copyLayers ?? [],
    reinitialise: p.reinitialise,
  };
  const unknown = Object.entries(selections).flatMap(([parameter, selection]): ParameterIssue[] => {
    // Most trials name no layer: thousands of them are checked without drawing a network.
    if (typeof selection === 'number' ? selection === 0 : selection.length === 0) return [];
    // Names of layers depend on neither channels nor classes.
    const description = describeNetwork(p.network, p.config, { channels: 1, classes: 10, dropout: p.dropout });
    const message = unknownLayers(description, selection);
    return message === undefined ? [] : [{ parameter, message }];
  });
  if (p.initialWeights !== undefined) return unknown;
  const idle = [
    ...(p.copyLayers === undefined ? [] : ['copyLayers']),
    ...(p.reinitialise.length > 0 ? ['reinitialise'] : []),
  ];
  return [
    ...unknown,
    ...idle.map((parameter) => ({ parameter, message: `Expected initialWeights with ${parameter}, got none` })),
  ];
}
