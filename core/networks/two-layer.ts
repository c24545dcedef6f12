import { configurationOf } from './configurations.ts';
import type { NetworkDescription, NetworkInput } from './description.ts';

const HIDDEN = { '50': 50, '100': 100, '500': 500 };

export const TWO_LAYER_CONFIGS: readonly string[] = Object.keys(HIDDEN);

/**
 * The two-layer net of the lecture's chain-rule slides: s1 = W1 x + b1, a1 = max(0, s1), s2 = W2 a1 + b2, on 28×28 pixels.
 * The configuration is the number of hidden units.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `TWO_LAYER_CONFIGS`.
 */
export function twoLayer(config: string, { channels, classes, dropout }: NetworkInput): NetworkDescription {
  const units = configurationOf(HIDDEN, config);
  return {
    title: `two-layer ${config}`,
    side: 28,
    channels,
    classes,
    layers: [
      { kind: 'flatten', name: 'flatten' },
      { kind: 'dense', name: 'fc1', units, relu: true },
      ...(dropout > 0 ? [{ kind: 'dropout', name: 'dropout1', rate: dropout } as const] : []),
      { kind: 'dense', name: 'fc2', units: classes, relu: false },
    ],
  };
}
