import type { Weight } from '../../../core/networks/weights.ts';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';

/** Caffe's lr_mult and decay_mult of one weight. */
export interface Multipliers {
  /** Times the step's learning rate. */
  readonly rate: number;
  /** Times the trial's weight decay. */
  readonly decay: number;
}

export type MultiplierParameters = Pick<TrialParameters, 'biasRate' | 'biasDecay' | 'layerRates' | 'layerDecays'>;

/** A layer's own multiplier, times the biases' where the weight is one. */
export function multipliersOf(parameters: MultiplierParameters, { layer, role }: Weight): Multipliers {
  const { biasRate, biasDecay, layerRates, layerDecays } = parameters;
  const bias = role === 'bias';
  return {
    rate: multiplierOf(layerRates, layer) * (bias ? biasRate : 1),
    decay: multiplierOf(layerDecays, layer) * (bias ? biasDecay : 1),
  };
}

/** @param list texts `layer=multiplier`; of two for one layer the later counts. */
function multiplierOf(list: readonly string[], layer: string): number {
  const own = list.findLast((text) => text.startsWith(`${layer}=`));
  return own === undefined ? 1 : Number(own.slice(layer.length + 1));
}
