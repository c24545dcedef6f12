import { FIXED_DATASETS } from '../../../core/catalogue/datasets.ts';
import { integer } from '../../../core/random/distributions.ts';
import { createStream, type RandomStream } from '../../../core/random/stream.ts';
import { type Dataset, type StoredImageSet, sharedBytes } from './dataset.ts';

const FACTS = FIXED_DATASETS.textures;

/** Light of a texture at a pixel, in [0, 255]. */
type Texture = (x: number, y: number) => number;

/**
 * Images that need no file: each class is a texture, in two colours of the image's own, at a place and a pitch of its own,
 * under a little noise. Whole numbers only, so every machine makes the same bytes. The classes are graded from no texture
 * to a fine one.
 * @param facts how many of them, and of what size.
 */
export function makeTextures(facts = FACTS): Dataset {
  return {
    facts,
    classNames: facts.classNames ?? facts.classes,
    train: makeSet('train', facts.trainImages, facts.side),
    test: makeSet('test', facts.testImages, facts.side),
  };
}

function makeSet(name: string, count: number, side: number): StoredImageSet {
  const stream = createStream(0, 'textures', name);
  const length = side * side * FACTS.channels;
  const pixels = sharedBytes(count * length);
  const labels = new Uint16Array(new SharedArrayBuffer(2 * count));
  for (let image = 0; image < count; image += 1) {
    const label = image % FACTS.classes;
    labels[image] = label;
    paint(stream.at(image), label, side, pixels.subarray(image * length, (image + 1) * length));
  }
  return { kind: 'stored', count, side, channels: FACTS.channels, pixels, labels };
}

function paint(stream: RandomStream, label: number, side: number, out: Uint8Array): void {
  const texture = textureOf(label, stream);
  const dark = [0, 1, 2].map(() => integer(stream, 112));
  const light = dark.map(() => 128 + integer(stream, 112));
  let place = 0;
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const blend = texture(x, y);
      const grain = integer(stream, 16);
      for (let channel = 0; channel < 3; channel += 1) {
        const from = dark[channel] as number;
        out[place] = from + ((((light[channel] as number) - from) * blend) >> 8) + grain;
        place += 1;
      }
    }
  }
}

function textureOf(label: number, stream: RandomStream): Texture {
  const phase = integer(stream, 64);
  const period = 6 + integer(stream, 5);
  const key = integer(stream, 2 ** 16);
  switch (label) {
    case 0:
      return () => 2 * phase + 64;
    case 1:
      return (x, y) => hash((x + phase) >> 2, (y + phase) >> 2, key);
    case 2:
      return (x, y) => hash(x, y, key);
    case 3:
      return (_, y) => wave(y + phase, period);
    case 4:
      return (x) => wave(x + phase, period);
    case 5:
      return (x, y) => wave(x + y + phase, period + 2);
    case 6:
      return (x) => wave(x + phase, 3);
    default:
      return (x, y) => ((((x + phase) >> 2) + ((y + phase) >> 2)) % 2) * 255;
  }
}

/** A triangle wave. */
function wave(place: number, period: number): number {
  const step = (place % period) * 2;
  return Math.floor((255 * (step < period ? step : 2 * period - step)) / period);
}

/** An even spread over bytes. */
function hash(x: number, y: number, key: number): number {
  const mixed = Math.imul(Math.imul(x ^ key, 0x9e3779b1) ^ (y + 0x7f4a7c15), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) >>> 8) & 0xff;
}
