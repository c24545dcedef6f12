import { denseClassifier } from './classifier.ts';
import { configurationOf } from './configurations.ts';
import type { Layer, NetworkDescription, NetworkInput } from './description.ts';
import { KRIZHEVSKY_LRN } from './local-response.ts';

interface Convolution {
  /** Filters of the published network; the scaled one has an eighth. */
  readonly filters: number;
  readonly size: 1 | 3 | 5;
}

interface Configuration {
  readonly stages: readonly (readonly Convolution[])[];
  /** One local response normalisation after conv1_1. */
  readonly lrn: boolean;
}

const three = (filters: number): Convolution => ({ filters, size: 3 });
const one = (filters: number): Convolution => ({ filters, size: 1 });
const five = (filters: number): readonly Convolution[] => [{ filters, size: 5 }];
const repeat = (times: number, filters: number): readonly Convolution[] =>
  Array.from({ length: times }, () => three(filters));

const STAGES_A = [repeat(1, 64), repeat(1, 128), repeat(2, 256), repeat(2, 512), repeat(2, 512)];

/**
 * Simonyan & Zisserman, "Very deep convolutional networks", ICLR 2015 (arXiv 1409.1556v6), Table 1. `B-5x5` is the control
 * of section 4.1: B with one 5×5 convolution in the place of each pair of 3×3 ones.
 */
const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  A: { stages: STAGES_A, lrn: false },
  'A-LRN': { stages: STAGES_A, lrn: true },
  B: { stages: [repeat(2, 64), repeat(2, 128), repeat(2, 256), repeat(2, 512), repeat(2, 512)], lrn: false },
  C: {
    stages: [
      repeat(2, 64),
      repeat(2, 128),
      [three(256), three(256), one(256)],
      [three(512), three(512), one(512)],
      [three(512), three(512), one(512)],
    ],
    lrn: false,
  },
  D: { stages: [repeat(2, 64), repeat(2, 128), repeat(3, 256), repeat(3, 512), repeat(3, 512)], lrn: false },
  E: { stages: [repeat(2, 64), repeat(2, 128), repeat(4, 256), repeat(4, 512), repeat(4, 512)], lrn: false },
  'B-5x5': { stages: [five(64), five(128), five(256), five(512), five(512)], lrn: false },
};

interface Geometry {
  readonly title: string;
  readonly side: number;
  /** The convolutions' published widths are divided by this. */
  readonly divisor: number;
  /** Units of the two hidden fully connected layers. */
  readonly denseUnits: number;
  /** Stages followed by a 2×2 max-pool, counted from the first. */
  readonly pooledStages: number;
}

const FULL: Geometry = { title: 'VGG', side: 224, divisor: 1, denseUnits: 4096, pooledStages: 5 };

/**
 * Convolution widths and image scales divided by 8, fully connected widths by 32. Three pools instead of five, so that
 * a 28-pixel crop keeps a 3×3 map.
 */
const EIGHTH: Geometry = { title: 'VGG/8', side: 28, divisor: 8, denseUnits: 128, pooledStages: 3 };

export const VGG_CONFIGS: readonly string[] = Object.keys(CONFIGURATIONS);
export const VGG8_CONFIGS: readonly string[] = VGG_CONFIGS;

/**
 * The published network, 224-pixel crops.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `VGG_CONFIGS`.
 */
export function vgg(config: string, input: NetworkInput): NetworkDescription {
  return assemble(config, FULL, input);
}

/**
 * The network scaled down for 28-pixel crops; depths stay those of the paper.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `VGG8_CONFIGS`.
 */
export function vgg8(config: string, input: NetworkInput): NetworkDescription {
  return assemble(config, EIGHTH, input);
}

/** Layers of equal name and shape in two configurations are the same layer: they start from the same weights. */
function assemble(config: string, geometry: Geometry, input: NetworkInput): NetworkDescription {
  const configuration = configurationOf(CONFIGURATIONS, config);
  const layers: Layer[] = [];
  for (const [index, stage] of configuration.stages.entries()) {
    const number = index + 1;
    for (const [position, { filters, size }] of stage.entries()) {
      const name = `conv${number}_${position + 1}`;
      layers.push({ kind: 'conv', name, filters: filters / geometry.divisor, size, pad: (size - 1) / 2, relu: true });
      if (configuration.lrn && layers.length === 1) layers.push({ ...KRIZHEVSKY_LRN, name: 'lrn1' });
    }
    if (number <= geometry.pooledStages) layers.push({ kind: 'max-pool', name: `pool${number}`, size: 2, stride: 2 });
  }
  layers.push({ kind: 'flatten', name: 'flatten' });
  layers.push(...denseClassifier({ fc6: geometry.denseUnits, fc7: geometry.denseUnits }, 'fc8', input));
  const { channels, classes } = input;
  return { title: `${geometry.title} ${config}`, side: geometry.side, channels, classes, layers };
}
