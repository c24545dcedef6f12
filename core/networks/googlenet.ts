import { configurationOf } from './configurations.ts';
import type { AuxiliaryHead, Layer, NetworkDescription, NetworkInput } from './description.ts';
import { type InceptionWidths, inception } from './inception.ts';
import { CAFFE_LRN } from './local-response.ts';

const POOL = { kind: 'max-pool', size: 3, stride: 2, rounding: 'ceil' } as const;

/** Szegedy et al., CVPR 2015 (arXiv 1409.4842), Table 1: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection. */
const MODULES: Readonly<Record<string, InceptionWidths>> = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
};
/** A pool follows these. */
const POOLED = ['3b', '4e'];
const AUXILIARY_LOSS = 0.3;
const AUXILIARY_DROPOUT = 0.7;

interface Geometry {
  readonly title: string;
  readonly side: number;
  /** Published widths are divided by this. */
  readonly divisor: number;
  readonly stem: readonly Layer[];
  readonly auxiliary: {
    readonly pool: number;
    readonly stride: number;
    readonly filters: number;
    readonly units: number;
  };
  readonly headUnits: number;
}

const conv = (name: string, filters: number, size: number, stride = 1): Layer => {
  return { kind: 'conv', name, filters, size, stride, pad: (size - 1) / 2, relu: true };
};

const FULL: Geometry = {
  title: 'GoogLeNet',
  side: 224,
  divisor: 1,
  stem: [
    conv('conv1', 64, 7, 2),
    { ...POOL, name: 'pool1' },
    { ...CAFFE_LRN, name: 'lrn1' },
    conv('conv2-reduce', 64, 1),
    conv('conv2', 192, 3),
    { ...CAFFE_LRN, name: 'lrn2' },
    { ...POOL, name: 'pool2' },
  ],
  auxiliary: { pool: 5, stride: 3, filters: 128, units: 1024 },
  headUnits: 4096,
};

/** For 28-pixel crops: maps 28, 14, 7, 3. */
const EIGHTH: Geometry = {
  title: 'GoogLeNet/8',
  side: 28,
  divisor: 8,
  stem: [conv('conv1', 8, 3), conv('conv2-reduce', 8, 1), conv('conv2', 24, 3), { ...POOL, name: 'pool2' }],
  auxiliary: { pool: 3, stride: 2, filters: 16, units: 128 },
  headUnits: 512,
};

interface Configuration {
  /** Hidden fully connected layers in place of the average pool. */
  readonly hidden: 0 | 1 | 2;
  readonly auxiliaryHeads: 0 | 1 | 2;
}

const HEADS = { gap: 0, fc: 1, 'fc-fc': 2 } as const;
const CONFIGURATIONS: Readonly<Record<string, Configuration>> = Object.fromEntries(
  Object.entries(HEADS).flatMap(([head, hidden]) =>
    ([0, 1, 2] as const).map((auxiliaryHeads): [string, Configuration] => [
      auxiliaryHeads === 0 ? head : `${head}-aux${auxiliaryHeads}`,
      { hidden, auxiliaryHeads },
    ]),
  ),
);

export const GOOGLENET_CONFIGS: readonly string[] = Object.keys(CONFIGURATIONS);
export const GOOGLENET8_CONFIGS: readonly string[] = GOOGLENET_CONFIGS;

/**
 * `gap` (the published average pool), `fc` or `fc-fc` (one or two fully connected layers instead), with `-aux1` or `-aux2`
 * auxiliary classifiers; the paper's network is `gap-aux2`.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `GOOGLENET_CONFIGS`.
 */
export function googlenet(config: string, input: NetworkInput): NetworkDescription {
  return assemble(config, FULL, input);
}

/** @throws TickworkError ARGUMENT_INVALID for a configuration outside `GOOGLENET8_CONFIGS`. */
export function googlenet8(config: string, input: NetworkInput): NetworkDescription {
  return assemble(config, EIGHTH, input);
}

function assemble(config: string, geometry: Geometry, input: NetworkInput): NetworkDescription {
  const { hidden, auxiliaryHeads } = configurationOf(CONFIGURATIONS, config);
  const { title, side, divisor, stem } = geometry;
  const { channels, classes } = input;
  const layers: Layer[] = [...stem];
  for (const [number, widths] of Object.entries(MODULES)) {
    const source = layers.at(-1)?.name ?? '';
    layers.push(...inception(number, source, widths.map((width) => width / divisor) as unknown as InceptionWidths));
    if (POOLED.includes(number)) layers.push({ ...POOL, name: `pool${number[0]}` });
  }
  const trunk = layers.at(-1)?.name ?? '';
  const modules = ['4a', '4d'].slice(0, auxiliaryHeads);
  const heads = modules.map((module): AuxiliaryHead => ({ layer: `aux-${module}-fc2`, lossWeight: AUXILIARY_LOSS }));
  for (const module of modules) layers.push(...auxiliaryHead(module, geometry, input));
  layers.push(...mainHead(trunk, hidden, geometry, input));
  const described = { title: `${title} ${config}`, side, channels, classes, layers };
  return heads.length === 0 ? described : { ...described, auxiliaryHeads: heads };
}

function mainHead(trunk: string, hidden: 0 | 1 | 2, geometry: Geometry, input: NetworkInput): readonly Layer[] {
  const dropout = (name: string): readonly Layer[] =>
    input.dropout > 0 ? [{ kind: 'dropout', name, rate: input.dropout }] : [];
  const last: Layer = { kind: 'dense', name: 'fc', units: input.classes, relu: false };
  if (hidden === 0) return [{ kind: 'global-average-pool', name: 'gap', from: [trunk] }, ...dropout('dropout'), last];
  const dense = Array.from({ length: hidden }, (_, index): readonly Layer[] => [
    { kind: 'dense', name: `fc${index + 6}`, units: geometry.headUnits, relu: true },
    ...dropout(`dropout${index + 6}`),
  ]);
  return [{ kind: 'flatten', name: 'flatten', from: [trunk] }, ...dense.flat(), last];
}

function auxiliaryHead(module: string, { auxiliary }: Geometry, { classes, dropout }: NetworkInput): readonly Layer[] {
  const { pool, stride, filters, units } = auxiliary;
  const name = (part: string): string => `aux-${module}-${part}`;
  return [
    { kind: 'average-pool', name: name('pool'), size: pool, stride, from: [`inception-${module}`] },
    { kind: 'conv', name: name('conv'), filters, size: 1, pad: 0, relu: true },
    { kind: 'flatten', name: name('flatten') },
    { kind: 'dense', name: name('fc1'), units, relu: true },
    ...(dropout > 0 ? [{ kind: 'dropout', name: name('dropout'), rate: AUXILIARY_DROPOUT } as const] : []),
    { kind: 'dense', name: name('fc2'), units: classes, relu: false },
  ];
}
