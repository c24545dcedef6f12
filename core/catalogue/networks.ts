import { ALEXNET_CONFIGS, ALEXNET8_CONFIGS, alexnet, alexnet8 } from '../networks/alexnet.ts';
import { CNN_M_CONFIGS, CNN_M8_CONFIGS, cnnM, cnnM8 } from '../networks/cnn-m.ts';
import type { NetworkDescription, NetworkInput } from '../networks/description.ts';
import { GOOGLENET_CONFIGS, GOOGLENET8_CONFIGS, googlenet, googlenet8 } from '../networks/googlenet.ts';
import { TWO_LAYER_CONFIGS, twoLayer } from '../networks/two-layer.ts';
import { VGG_CONFIGS, VGG8_CONFIGS, vgg, vgg8 } from '../networks/vgg.ts';

/** Families a study may name in `network`; those with an 8 are scaled down for 28-pixel crops. */
export const NETWORK_FAMILIES = [
  'vgg8',
  'vgg',
  'alexnet8',
  'alexnet',
  'cnn-m8',
  'cnn-m',
  'googlenet8',
  'googlenet',
  'two-layer',
] as const;

export type NetworkFamily = (typeof NETWORK_FAMILIES)[number];

interface Family {
  readonly configs: readonly string[];
  readonly describe: (config: string, input: NetworkInput) => NetworkDescription;
}

const FAMILIES: Readonly<Record<NetworkFamily, Family>> = {
  vgg8: { configs: VGG8_CONFIGS, describe: vgg8 },
  vgg: { configs: VGG_CONFIGS, describe: vgg },
  alexnet8: { configs: ALEXNET8_CONFIGS, describe: alexnet8 },
  alexnet: { configs: ALEXNET_CONFIGS, describe: alexnet },
  'cnn-m8': { configs: CNN_M8_CONFIGS, describe: cnnM8 },
  'cnn-m': { configs: CNN_M_CONFIGS, describe: cnnM },
  googlenet8: { configs: GOOGLENET8_CONFIGS, describe: googlenet8 },
  googlenet: { configs: GOOGLENET_CONFIGS, describe: googlenet },
  'two-layer': { configs: TWO_LAYER_CONFIGS, describe: twoLayer },
};

export function networkConfigs(family: NetworkFamily): readonly string[] {
  return FAMILIES[family].configs;
}

/** @throws TickworkError ARGUMENT_INVALID when `config` is not one of `networkConfigs(family)`. */
export function describeNetwork(family: NetworkFamily, config: string, input: NetworkInput): NetworkDescription {
  return FAMILIES[family].describe(config, input);
}
