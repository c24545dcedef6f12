import { denseClassifier } from './classifier.ts';
import { configurationOf } from './configurations.ts';
import type { Layer, NetworkDescription, NetworkInput } from './description.ts';
import { KRIZHEVSKY_LRN } from './local-response.ts';

const POOL = { kind: 'max-pool', size: 3, stride: 2, rounding: 'ceil' } as const;

const last = (filters: number): readonly Layer[] => [
  { kind: 'conv', name: 'conv3', filters, size: 3, pad: 1, relu: true },
  { kind: 'conv', name: 'conv4', filters, size: 3, pad: 1, relu: true },
  { kind: 'conv', name: 'conv5', filters, size: 3, pad: 1, relu: true },
  { ...POOL, name: 'pool5' },
  { kind: 'flatten', name: 'flatten' },
];

/** Maps 109, 54, 26, 13, 13, 13, 13, 6. The paper does not give the padding of conv2. */
const FULL: readonly Layer[] = [
  { kind: 'conv', name: 'conv1', filters: 96, size: 7, stride: 2, pad: 0, relu: true },
  { ...KRIZHEVSKY_LRN, name: 'lrn1' },
  { ...POOL, name: 'pool1' },
  { kind: 'conv', name: 'conv2', filters: 256, size: 5, stride: 2, pad: 1, relu: true },
  { ...KRIZHEVSKY_LRN, name: 'lrn2' },
  { ...POOL, name: 'pool2' },
  ...last(512),
];

/** For 28-pixel crops; maps 28, 14, 14, 7, 7, 7, 7, 3 as in AlexNet/8. */
const EIGHTH: readonly Layer[] = [
  { kind: 'conv', name: 'conv1', filters: 12, size: 5, pad: 2, relu: true },
  { ...KRIZHEVSKY_LRN, name: 'lrn1' },
  { ...POOL, name: 'pool1' },
  { kind: 'conv', name: 'conv2', filters: 32, size: 5, pad: 2, relu: true },
  { ...KRIZHEVSKY_LRN, name: 'lrn2' },
  { ...POOL, name: 'pool2' },
  ...last(64),
];

/** Units of the second hidden layer by configuration, named as in the paper's tables. */
const FULL_WIDTHS = { M: 4096, 'M-2048': 2048, 'M-1024': 1024, 'M-128': 128 };
const EIGHTH_WIDTHS = { M: 512, 'M-256': 256, 'M-128': 128, 'M-16': 16 };

export const CNN_M_CONFIGS: readonly string[] = Object.keys(FULL_WIDTHS);
export const CNN_M8_CONFIGS: readonly string[] = Object.keys(EIGHTH_WIDTHS);

/**
 * Chatfield, Simonyan, Vedaldi & Zisserman, BMVC 2014 (arXiv 1405.3531): CNN-M with narrower and narrower last hidden layer.
 * @throws TickworkError ARGUMENT_INVALID for a configuration outside `CNN_M_CONFIGS`.
 */
export function cnnM(config: string, input: NetworkInput): NetworkDescription {
  const fc7 = configurationOf(FULL_WIDTHS, config);
  return network(`CNN-${config}`, 224, FULL, { fc6: 4096, fc7 }, input);
}

/** @throws TickworkError ARGUMENT_INVALID for a configuration outside `CNN_M8_CONFIGS`. */
export function cnnM8(config: string, input: NetworkInput): NetworkDescription {
  const fc7 = configurationOf(EIGHTH_WIDTHS, config);
  return network(`CNN-M/8${config.slice(1)}`, 28, EIGHTH, { fc6: 512, fc7 }, input);
}

function network(
  title: string,
  side: number,
  layers: readonly Layer[],
  hidden: Readonly<Record<string, number>>,
  input: NetworkInput,
): NetworkDescription {
  const { channels, classes } = input;
  return { title, side, channels, classes, layers: [...layers, ...denseClassifier(hidden, 'fc8', input)] };
}
