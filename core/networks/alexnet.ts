import { type Ablation, combine, removeLayers, setFilters, setUnits } from './ablation.ts';
import { denseClassifier } from './classifier.ts';
import { configurationOf } from './configurations.ts';
import type { Layer, NetworkDescription, NetworkInput } from './description.ts';
import { CAFFE_LRN, KRIZHEVSKY_LRN } from './local-response.ts';

const POOL = { kind: 'max-pool', size: 3, stride: 2, rounding: 'ceil' } as const;
const HIDDEN = { fc6: 4096, fc7: 4096 };

interface Variant {
  readonly title: string;
  readonly side: number;
  readonly layers: readonly Layer[];
  readonly hidden: Readonly<Record<string, number>>;
}

/** Layers 3 to 5: 3×3 convolutions, the second and third of them perhaps in two towers. */
function middle([third, fourth, fifth]: readonly [number, number, number], groups: number): readonly Layer[] {
  const three = { kind: 'conv', size: 3, pad: 1, relu: true } as const;
  return [
    { ...three, name: 'conv3', filters: third },
    { ...three, name: 'conv4', filters: fourth, groups },
    { ...three, name: 'conv5', filters: fifth, groups },
    { ...POOL, name: 'pool5' },
    { kind: 'flatten', name: 'flatten' },
  ];
}

/** Krizhevsky, Sutskever & Hinton, NIPS 2012. Caffe's 227 pixels instead of 224 and a padding of 1.5. */
function krizhevsky(title: string, groups: number): Variant {
  return {
    title,
    side: 227,
    layers: [
      { kind: 'conv', name: 'conv1', filters: 96, size: 11, stride: 4, pad: 0, relu: true },
      { ...KRIZHEVSKY_LRN, name: 'lrn1' },
      { ...POOL, name: 'pool1' },
      { kind: 'conv', name: 'conv2', filters: 256, size: 5, pad: 2, groups, relu: true },
      { ...KRIZHEVSKY_LRN, name: 'lrn2' },
      { ...POOL, name: 'pool2' },
      ...middle([384, 384, 256], groups),
    ],
    hidden: HIDDEN,
  };
}

/** Caffe's reference network, Yosinski's too: two groups, and each norm behind its pool. */
function caffenet(): Variant {
  const { layers, ...rest } = krizhevsky('CaffeNet', 2);
  const kept = layers.filter(({ kind }) => kind !== 'lrn');
  const behindPools = kept.flatMap((layer): Layer[] =>
    layer.name === 'pool1' || layer.name === 'pool2'
      ? [layer, { ...CAFFE_LRN, name: layer.name.replace('pool', 'lrn') }]
      : [layer],
  );
  return { ...rest, layers: behindPools };
}

/** Zeiler & Fergus, ECCV 2014 (arXiv 1311.2901), Fig. 3. The constants of its norm are not given: Krizhevsky's. */
const ZEILER_FERGUS: Variant = {
  title: 'Zeiler–Fergus',
  side: 224,
  layers: [
    { kind: 'conv', name: 'conv1', filters: 96, size: 7, stride: 2, pad: 1, relu: true },
    { ...POOL, name: 'pool1' },
    { ...KRIZHEVSKY_LRN, name: 'lrn1' },
    { kind: 'conv', name: 'conv2', filters: 256, size: 5, stride: 2, pad: 0, relu: true },
    { ...POOL, name: 'pool2' },
    { ...KRIZHEVSKY_LRN, name: 'lrn2' },
    ...middle([384, 384, 256], 1),
  ],
  hidden: HIDDEN,
};

/** The network scaled down for 28-pixel crops, with one of three stems; each leaves 14×14 maps for conv2. */
function eighth(stem: readonly Layer[]): Variant {
  return {
    title: 'AlexNet/8',
    side: 28,
    layers: [
      ...stem,
      { kind: 'conv', name: 'conv2', filters: 32, size: 5, pad: 2, relu: true },
      { ...KRIZHEVSKY_LRN, name: 'lrn2' },
      { ...POOL, name: 'pool2' },
      ...middle([48, 48, 32], 1),
    ],
    hidden: { fc6: 512, fc7: 512 },
  };
}

const stem = (size: number, stride: number, pool: Layer): readonly Layer[] => [
  { kind: 'conv', name: 'conv1', filters: 12, size, stride, pad: (size - 1) / 2, relu: true },
  { ...KRIZHEVSKY_LRN, name: 'lrn1' },
  pool,
];
const EIGHTH = eighth(stem(5, 1, { ...POOL, name: 'pool1' }));
const EIGHTH_KRIZHEVSKY_STEM = eighth(stem(5, 2, { kind: 'max-pool', name: 'pool1', size: 3, stride: 1, pad: 1 }));
const EIGHTH_ZF_STEM = eighth(stem(3, 1, { ...POOL, name: 'pool1' }));

interface Row {
  readonly variant: Variant;
  readonly ablation?: Ablation;
}

/** Fully connected layers come with their dropout, where the network has any. */
const without = (...numbers: readonly number[]): Ablation => {
  return (description) => {
    const gone = numbers.flatMap((number) => [`conv${number}`, `fc${number}`, `dropout${number}`]);
    const present = description.layers.map(({ name }) => name).filter((name) => gone.includes(name));
    return removeLayers(...present)(description);
  };
};
const hidden = (units: number): Ablation => setUnits({ fc6: units, fc7: units });
const maps = (third: number, fourth: number, fifth: number): Ablation =>
  setFilters({ conv3: third, conv4: fourth, conv5: fifth });

/** Zeiler & Fergus, Table 3: the rows below one base network. */
function table3(variant: Variant, wide: number, wider: readonly [number, number, number], prefix: string) {
  const fc = (units: number): string => `${prefix}-fc-${units}`;
  const narrow = wide / 4;
  return {
    [prefix]: { variant },
    [`${prefix}-without-3-4`]: { variant, ablation: without(3, 4) },
    [`${prefix}-without-7`]: { variant, ablation: without(7) },
    [`${prefix}-without-6-7`]: { variant, ablation: without(6, 7) },
    [`${prefix}-without-3-4-6-7`]: { variant, ablation: without(3, 4, 6, 7) },
    [fc(narrow)]: { variant, ablation: hidden(narrow) },
    [fc(wide)]: { variant, ablation: hidden(wide) },
    [`${prefix}-convs-${wider.join('-')}`]: { variant, ablation: maps(...wider) },
    [`${prefix}-convs-${wider.join('-')}-fc-${wide}`]: { variant, ablation: combine(maps(...wider), hidden(wide)) },
  };
}

const FULL: Readonly<Record<string, Row>> = {
  krizhevsky: { variant: krizhevsky('Krizhevsky', 2) },
  caffenet: { variant: caffenet() },
  ...table3(krizhevsky('Krizhevsky replica', 1), 8192, [512, 1024, 512], 'replica'),
  ...table3(ZEILER_FERGUS, 8192, [512, 1024, 512], 'zf'),
};

const SCALED: Readonly<Record<string, Row>> = {
  ...table3(EIGHTH, 1024, [64, 128, 64], 'base'),
  'krizhevsky-stem': { variant: EIGHTH_KRIZHEVSKY_STEM },
  'zf-stem': { variant: EIGHTH_ZF_STEM },
};

export const ALEXNET_CONFIGS: readonly string[] = Object.keys(FULL);
export const ALEXNET8_CONFIGS: readonly string[] = Object.keys(SCALED);

/**
 * Krizhevsky's network, Zeiler and Fergus' own, and the rows of their Table 3, each trained from scratch.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `ALEXNET_CONFIGS`.
 */
export function alexnet(config: string, input: NetworkInput): NetworkDescription {
  return draw(configurationOf(FULL, config), config, input);
}

/**
 * The same ablations on a network for 28-pixel crops: widths an eighth, filters 5×5 and 3×3.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `ALEXNET8_CONFIGS`.
 */
export function alexnet8(config: string, input: NetworkInput): NetworkDescription {
  return draw(configurationOf(SCALED, config), config, input);
}

function draw({ variant, ablation }: Row, config: string, input: NetworkInput): NetworkDescription {
  const { channels, classes } = input;
  const { title, side, layers } = variant;
  const base: NetworkDescription = {
    title: ablation === undefined ? title : `${title} (${config})`,
    side,
    channels,
    classes,
    layers: [...layers, ...denseClassifier(variant.hidden, 'fc8', input)],
  };
  return ablation === undefined ? base : ablation(base);
}
