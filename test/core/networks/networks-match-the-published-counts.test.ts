import { describe, expect, test } from 'vitest';
import {
  describeNetwork,
  NETWORK_FAMILIES,
  type NetworkFamily,
  networkConfigs,
} from '../../../core/catalogue/networks.ts';
import { connect, withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import { countMultiplyAccumulates, countParameters, countWeightLayers } from '../../../core/networks/counts.ts';
import type { NetworkInput } from '../../../core/networks/description.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { listWeights } from '../../../core/networks/weights.ts';

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

/** Parameters of the layers with weights, by name. */
function parametersByLayer(family: NetworkFamily, config: string, input: NetworkInput): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { layer, shape } of listWeights(describeNetwork(family, config, input))) {
    counts.set(layer, (counts.get(layer) ?? 0) + shape.reduce((product, length) => product * length, 1));
  }
  return counts;
}

const sumOf = (counts: ReadonlyMap<string, number>, matches: RegExp): number =>
  [...counts].reduce((sum, [name, count]) => sum + (matches.test(name) ? count : 0), 0);

describe('parts of the published networks', () => {
  test.each([
    ['stem', /^conv[12]/, 124_416],
    ['3a', /^inception-3a/, 163_696],
    ['3b', /^inception-3b/, 388_736],
    ['4a', /^inception-4a/, 376_176],
    ['4b', /^inception-4b/, 449_160],
    ['4c', /^inception-4c/, 510_104],
    ['4d', /^inception-4d/, 605_376],
    ['4e', /^inception-4e/, 868_352],
    ['5a', /^inception-5a/, 1_043_456],
    ['5b', /^inception-5b/, 1_444_080],
    ['trunk', /^(conv|inception)/, 5_973_552],
    ['first auxiliary head', /^aux-4a/, 3_188_840],
    ['second auxiliary head', /^aux-4d/, 3_190_888],
  ])('GoogLeNet’s %s', (_, layers, parameters) => {
    expect(sumOf(parametersByLayer('googlenet', 'gap-aux2', IMAGENET), layers)).toBe(parameters);
  });

  test.each([
    ['M', 20_878_312],
    ['M-2048', 10_439_656],
    ['M-1024', 5_220_328],
    ['M-128', 653_416],
  ])('full7 and full8 of CNN-%s', (config, parameters) => {
    expect(sumOf(parametersByLayer('cnn-m', config, IMAGENET), /^fc[78]$/)).toBe(parameters);
  });

  test.each([
    ['A', 9_220_480],
    ['A-LRN', 9_220_480],
    ['B', 9_404_992],
    ['C', 9_996_096],
    ['D', 14_714_688],
    ['E', 20_024_384],
  ])('convolutions of VGG %s, and the fully connected layers that all share', (config, parameters) => {
    const counts = parametersByLayer('vgg', config, IMAGENET);
    expect(sumOf(counts, /^conv/)).toBe(parameters);
    expect(sumOf(counts, /^fc/)).toBe(123_642_856);
  });

  test('GoogLeNet has 22 weight layers from image to class', () => {
    const layers = withoutAuxiliaryHeads(describeNetwork('googlenet', 'gap-aux2', IMAGENET));
    const depth = new Map<string, number>([['image', 0]]);
    const weighted = new Set(listWeights(layers).map(({ layer }) => layer));
    for (const { layer, sources } of connect(layers)) {
      const deepest = Math.max(...sources.map((source) => depth.get(source) ?? 0));
      depth.set(layer.name, deepest + (weighted.has(layer.name) ? 1 : 0));
    }
    expect(depth.get('fc')).toBe(22);
  });

  test('the fully connected heads of GoogLeNet/8 have 10.0 and 7.2 times the parameters', () => {
    const total = (config: string): number => countParameters(describeNetwork('googlenet8', config, GREY));
    expect(total('fc-fc') / total('gap')).toBeCloseTo(10.0, 1);
    expect(total('fc') / total('gap')).toBeCloseTo(7.2, 1);
  });

  test('AlexNet/8 on 32-pixel colour images', () => {
    const colour = { ...describeNetwork('alexnet8', 'base', { ...GREY, channels: 3 }), side: 32 };
    expect(countParameters(colour)).toBe(589_498);
    expect(countMultiplyAccumulates(colour) / 1e6).toBeCloseTo(7.0, 1);
    expect(inferShapes(colour).find(({ layer }) => layer.name === 'pool5')?.output).toEqual([4, 4, 32]);
  });
});
