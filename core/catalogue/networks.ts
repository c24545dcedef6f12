import type { NetworkDescription, NetworkInput } from '../networks/description.ts';
import { VGG8_CONFIGS, vgg8 } from '../networks/vgg.ts';

/** Families a study may name in `network`. */
export const NETWORK_FAMILIES = ['vgg8'] as const;

export type NetworkFamily = (typeof NETWORK_FAMILIES)[number];

interface Family {
  readonly configs: readonly string[];
  readonly describe: (config: string, input: NetworkInput) => NetworkDescription;
}

const FAMILIES: Readonly<Record<NetworkFamily, Family>> = {
  vgg8: { configs: VGG8_CONFIGS, describe: vgg8 },
};

export function networkConfigs(family: NetworkFamily): readonly string[] {
  return FAMILIES[family].configs;
}

/** @throws TickworkError ARGUMENT_INVALID when `config` is not one of `networkConfigs(family)`. */
export function describeNetwork(family: NetworkFamily, config: string, input: NetworkInput): NetworkDescription {
  return FAMILIES[family].describe(config, input);
}
