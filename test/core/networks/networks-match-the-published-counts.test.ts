import { describe, expect, test } from 'vitest';
import { describeNetwork, NETWORK_FAMILIES, networkConfigs } from '../../../core/catalogue/networks.ts';
import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import { countMultiplyAccumulates, countParameters, countWeightLayers } from '../../../core/networks/counts.ts';
import type { NetworkInput } from '../../../core/networks/description.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';

const IMAGENET: NetworkInput = { channels: 3, classes: 1000, dropout: 0.5 };
const GREY: NetworkInput = { channels: 1, classes: 10, dropout: 0.5 };

/** Exact counts, computed from the papers' tables; grouped as the papers are where they say so. */
const PUBLISHED = {
  alexnet: {
    krizhevsky: 60_965_224,
    caffenet: 60_965_224,
    replica: 62_378_344,
    'replica-without-3-4': 59_870_824,
    'replica-without-7': 45_597_032,
    'replica-without-6-7': 12_964_200,
    'replica-without-3-4-6-7': 10_456_680,
    'replica-fc-2048': 28_868_968,
    'replica-fc-8192': 154_562_920,
    zf: 62_357_608,
    'zf-fc-2048': 28_848_232,
    'zf-fc-8192': 154_542_184,
    'zf-convs-512-1024-512': 107_627_624,
    'zf-convs-512-1024-512-fc-8192': 237_560_936,
  },
  'cnn-m': { M: 102_908_520, 'M-2048': 92_469_864, 'M-1024': 87_250_536, 'M-128': 82_683_624 },
  googlenet: { gap: 6_998_552, 'gap-aux2': 13_378_280, fc: 215_595_544, 'fc-fc': 232_376_856 },
  vgg: { 'B-5x5': 134_503_528 },
} as const;

const SCALED = {
  alexnet8: {
    base: 474_210,
    'base-without-3-4': 434_946,
    'base-without-7': 211_554,
    'base-without-6-7': 61_346,
    'base-without-3-4-6-7': 22_082,
    'base-fc-256': 200_802,
    'base-fc-1024': 1_414_242,
    'base-convs-64-128-64': 739_298,
    'base-convs-64-128-64-fc-1024': 1_826_786,
  },
  googlenet8: {
    gap: 94_058 + 1_290,
    fc: 94_058 + 595_466,
    'fc-fc': 94_058 + 858_122,
    'gap-aux1': 94_058 + 1_290 + 20_890,
  },
  'two-layer': { '100': 784 * 100 + 100 + 1_010 },
} as const;

describe.each([
  { input: IMAGENET, families: PUBLISHED },
  { input: GREY, families: SCALED },
])('parameters for $input.classes classes', ({ input, families }) => {
  const rows = Object.entries(families).flatMap(([family, configs]) =>
    Object.entries(configs).map(([config, parameters]) => ({
      family: family as keyof typeof families,
      config,
      parameters,
    })),
  );
  test.each(rows)('$family $config has $parameters', ({ family, config, parameters }) => {
    expect(countParameters(describeNetwork(family, config, input))).toBe(parameters);
  });
});

describe('multiply-accumulates of the scaled networks', () => {
  test.each([
    ['alexnet8', 'base', 4.9],
    ['alexnet8', 'base-without-3-4', 3.0],
    ['alexnet8', 'base-without-3-4-6-7', 2.6],
    ['alexnet8', 'base-convs-64-128-64', 10.8],
    ['googlenet8', 'gap', 5.6],
  ] as const)('%s %s: %d million', (family, config, millions) => {
    expect(countMultiplyAccumulates(describeNetwork(family, config, GREY)) / 1e6).toBeCloseTo(millions, 1);
  });
});

describe('maps', () => {
  const sides = (family: 'alexnet' | 'cnn-m' | 'googlenet', config: string, names: readonly string[]) => {
    const shapes = inferShapes(describeNetwork(family, config, IMAGENET));
    return names.map((name) => shapes.find(({ layer }) => layer.name === name)?.output[0]);
  };

  test('have the sizes of the papers', () => {
    const five = ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'pool5'];
    expect(sides('alexnet', 'krizhevsky', five)).toEqual([55, 27, 27, 13, 13, 6]);
    expect(sides('alexnet', 'zf', five)).toEqual([110, 55, 26, 13, 13, 6]);
    expect(sides('cnn-m', 'M', five)).toEqual([109, 54, 26, 13, 13, 6]);
    const inceptions = ['pool2', 'inception-3a', 'inception-4a', 'aux-4a-pool', 'inception-5b'];
    expect(sides('googlenet', 'gap-aux2', inceptions)).toEqual([28, 28, 14, 4, 7]);
  });

  test('all stems of AlexNet/8 leave 14 pixels for conv2', () => {
    for (const config of ['base', 'krizhevsky-stem', 'zf-stem']) {
      const shapes = inferShapes(describeNetwork('alexnet8', config, GREY));
      expect(shapes.find(({ layer }) => layer.name === 'conv2')?.input).toEqual([14, 14, 12]);
    }
  });
});

test('the average pool spares nine tenths of the parameters that an FC head has', () => {
  const [pooled, connected] = ['gap', 'fc-fc'].map((config) =>
    countParameters(describeNetwork('googlenet8', config, GREY)),
  );
  expect((connected ?? 0) / (pooled ?? 1)).toBeGreaterThanOrEqual(9.9);
});

test('a network is tested without its auxiliary heads, whose weights are the only ones to go', () => {
  const trained = describeNetwork('googlenet', 'gap-aux2', IMAGENET);
  const tested = withoutAuxiliaryHeads(trained);
  expect(countParameters(trained) - countParameters(tested)).toBe(3_188_840 + 3_190_888);
  expect(tested.layers.map(({ name }) => name)).toEqual(
    describeNetwork('googlenet', 'gap', IMAGENET).layers.map(({ name }) => name),
  );
});

test.each(NETWORK_FAMILIES)('every configuration of %s can be drawn, with and without dropout', (family) => {
  for (const config of networkConfigs(family)) {
    for (const dropout of [0, 0.4]) {
      const description = describeNetwork(family, config, { ...GREY, dropout });
      expect(inferShapes(description)).toHaveLength(description.layers.length);
      expect(countWeightLayers(description)).toBeGreaterThan(1);
    }
  }
});
