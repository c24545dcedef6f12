import { integer } from '../../../core/random/distributions.ts';
import type { RandomStream } from '../../../core/random/stream.ts';

/** A square window of an image that was rescaled, keeping its proportions, until its smallest side is `scale` pixels. */
export interface Crop {
  /** S in training, Q in testing; at least the window's side. */
  readonly scale: number;
  /** Offset of the window in the rescaled image, pixels, in [0, scale − side]. */
  readonly left: number;
  readonly top: number;
  /** Mirror left and right. */
  readonly flip: boolean;
}

/** A training scale S, or the range [Smin, Smax] each image draws its own integer from. */
export type TrainScale = number | readonly [number, number];

/**
 * Scale, mirroring and place of one training crop (Simonyan & Zisserman 2015, §3.1). Everything comes from the image's
 * own stream and is drawn whether it is used or not, so equal seeds give equal crops at equal settings, whatever the
 * network, the batch size or the number of workers.
 * @param side of the crop, pixels.
 */
export function drawTrainCrop(stream: RandomStream, scale: TrainScale, side: number, mayFlip: boolean): Crop {
  const flipped = integer(stream, 2) === 1;
  const [low, high] = typeof scale === 'number' ? [scale, scale] : scale;
  const drawn = low + integer(stream, high - low + 1);
  const left = integer(stream, drawn - side + 1);
  const top = integer(stream, drawn - side + 1);
  return { scale: drawn, left, top, flip: mayFlip && flipped };
}

/**
 * A `grid` × `grid` lattice of crops that spans the rescaled image, row by row; 1 is the centre crop, 5 with mirror
 * images the 50 crops of Simonyan & Zisserman 2015, §3.2. Offsets are rounded to pixels, halves up.
 */
export function testCrops(scale: number, side: number, grid: number, mirror: boolean): readonly Crop[] {
  const range = scale - side;
  const offset = (place: number): number => Math.round(grid === 1 ? range / 2 : (range * place) / (grid - 1));
  const offsets = Array.from({ length: grid }, (_, place) => offset(place));
  const flips = mirror ? [false, true] : [false];
  return offsets.flatMap((top) => offsets.flatMap((left) => flips.map((flip) => ({ scale, left, top, flip }))));
}
