import { integer } from '../../../core/random/distributions.ts';
import type { RandomStream } from '../../../core/random/stream.ts';

/** A square window of an image that was rescaled, keeping its proportions, until its smallest side is `scale` pixels. */
export interface Crop {
  /** S in training, Q in testing; at least the window's side. */
  readonly scale: number;
  /** Offset of the window in the rescaled image, pixels, from 0 to what the rescaled image leaves free. */
  readonly left: number;
  readonly top: number;
  /** Mirror left and right. */
  readonly flip: boolean;
}

/** A training scale S, or the range [Smin, Smax] each image draws its own integer from. */
export type TrainScale = number | readonly [number, number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image after its smallest side became `scale` pixels; the other side is rounded to a pixel. */
export function rescaledSize({ width, height }: Size, scale: number): Size {
  const smallest = Math.min(width, height);
  const along = (length: number): number => Math.round((length * scale) / smallest);
  return { width: along(width), height: along(height) };
}

export const square = (side: number): Size => ({ width: side, height: side });

const SQUARE = square(1);

/**
 * Scale, mirroring and place of one training crop (Simonyan & Zisserman 2015, §3.1). Everything comes from the image's
 * own stream and is drawn whether it is used or not, so equal seeds give equal crops at equal settings, whatever the
 * network, the batch size or the number of workers.
 * @param side of the crop, pixels.
 * @param size of the image as stored; a square of any size gives the same crop.
 */
export function drawTrainCrop(
  stream: RandomStream,
  scale: TrainScale,
  side: number,
  mayFlip: boolean,
  size = SQUARE,
): Crop {
  const flipped = integer(stream, 2) === 1;
  const [low, high] = typeof scale === 'number' ? [scale, scale] : scale;
  const drawn = low + integer(stream, high - low + 1);
  const { width, height } = rescaledSize(size, drawn);
  const left = integer(stream, width - side + 1);
  const top = integer(stream, height - side + 1);
  return { scale: drawn, left, top, flip: mayFlip && flipped };
}

/**
 * A `grid` × `grid` lattice of crops that spans a square image, row by row; 1 is the centre crop, 5 with mirror
 * images the 50 crops of Simonyan & Zisserman 2015, §3.2. Offsets are rounded to pixels, halves up.
 */
export function testCrops(scale: number, side: number, grid: number, mirror: boolean): readonly Crop[] {
  const range = scale - side;
  const offset = (place: number): number => Math.round(grid === 1 ? range / 2 : (range * place) / (grid - 1));
  const offsets = Array.from({ length: grid }, (_, place) => offset(place));
  const flips = mirror ? [false, true] : [false];
  return offsets.flatMap((top) => offsets.flatMap((left) => flips.map((flip) => ({ scale, left, top, flip }))));
}

/**
 * A crop of a square, moved to where it belongs in an image that is longer one way: corners stay corners, the centre the
 * centre. A window as large as the square lies in the centre.
 */
export function stretchCrop(crop: Crop, side: number, size: Size): Crop {
  if (size.width === size.height) return crop;
  const { width, height } = rescaledSize(size, crop.scale);
  const range = crop.scale - side;
  const along = (offset: number, length: number): number =>
    Math.round((range === 0 ? 0.5 : offset / range) * (length - side));
  return { ...crop, left: along(crop.left, width), top: along(crop.top, height) };
}
