import type { NetworkDescription } from '../networks/description.ts';
import { VGG8_CONFIGS, vgg8 } from '../networks/vgg.ts';

/** Families a study may name in `network`. */
export const NETWORK_FAMILIES = ['vgg8'] as const;

export type NetworkFamily = (typeof NETWORK_FAMILIES)[number];

const FAMILIES: Readonly<
  Record<NetworkFamily, { configs: readonly string[]; describe: (config: string, input: NetworkInput) => NetworkDescription }>
> = {
  vgg8: { configs: VGG8_CONFIGS, describe: vgg8 },
};

export interface NetworkInput {
  readonly channels: number;
  readonly classes: number;
  readonly dropout: number;
}

export function networkConfigs(family: NetworkFamily): readonly string[] {
  return FAMILIES[family].configs;
}

/** @throws Error when `config` is not one of `networkConfigs(family)`; studies are validated before. */
export function describeNetwork(family: NetworkFamily, config: string, input: NetworkInput): NetworkDescription {
  return FAMILIES[family].describe(config, input);
}
