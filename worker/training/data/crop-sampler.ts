import type { Normalisation } from '../../../core/catalogue/datasets.ts';
import type { Crop } from './crops.ts';
import type { ImageSet } from './dataset.ts';

/** Writes one normalised crop. */
export type CropSampler = (
  images: ImageSet,
  /** Place of the image in the set. */
  image: number,
  crop: Crop,
  /** [.., side, side, channels] */
  out: Float32Array,
  /** First element of `out` to write. */
  offset: number,
) => void;

/**
 * Rescales and crops in one go: only the window's own pixels are interpolated, the rescaled image never exists.
 *
 * Bilinear, pixel centres at half-integers: pixel i of an image rescaled from W to S lies at (i + ½)·W/S − ½ of the
 * source, clamped to its border (OpenCV's and PyTorch's `align_corners=False`); S = W copies the image exactly.
 * Scales below W would alias, as there is no low-pass filter: `checkTrial` refuses them.
 * @param side of the crop, pixels.
 */
export function createCropSampler(side: number, { mean, deviation }: Normalisation): CropSampler {
  const normalised = Float64Array.from({ length: 256 * mean.length }, (_, index) => {
    const channel = index >> 8;
    return ((index & 255) / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
  });
  const columns = createAxis(side);
  const rows = createAxis(side);
  let band = new Float64Array(0);
  return (images, image, crop, out, offset) => {
    placeAxis(columns, images.side, crop.scale, crop.left);
    placeAxis(rows, images.side, crop.scale, crop.top);
    if (crop.flip) mirrorAxis(columns);
    const needed = images.side * side * images.channels;
    if (band.length < needed) band = new Float64Array(needed);
    interpolateColumns(images, image, columns, rows, normalised, band);
    interpolateRows(band, rows, side * images.channels, out, offset);
  };
}

/**
 * Fills `band` with the source rows that the crop needs, [row of the source, column of the crop, channel].
 * The inner loops here and below assert their indices with `as`, which costs nothing; a default for each costs a third.
 */
function interpolateColumns(
  { side, channels, pixels }: ImageSet,
  image: number,
  columns: Axis,
  rows: Axis,
  normalised: Float64Array,
  band: Float64Array,
): void {
  const crop = columns.weight.length;
  for (let row = rows.before[0] ?? 0; row <= (rows.after[crop - 1] ?? 0); row += 1) {
    const source = (image * side + row) * side * channels;
    let target = row * crop * channels;
    for (let column = 0; column < crop; column += 1) {
      const left = source + (columns.before[column] as number) * channels;
      const right = source + (columns.after[column] as number) * channels;
      const across = columns.weight[column] as number;
      for (let channel = 0; channel < channels; channel += 1) {
        const a = normalised[(channel << 8) | (pixels[left + channel] as number)] as number;
        const b = normalised[(channel << 8) | (pixels[right + channel] as number)] as number;
        band[target] = a + (b - a) * across;
        target += 1;
      }
    }
  }
}

/** @param width numbers in a row of the band and of the crop. */
function interpolateRows(band: Float64Array, rows: Axis, width: number, out: Float32Array, offset: number): void {
  let target = offset;
  for (let row = 0; row < rows.weight.length; row += 1) {
    const upper = (rows.before[row] ?? 0) * width;
    const lower = (rows.after[row] ?? 0) * width;
    const down = rows.weight[row] ?? 0;
    for (let i = 0; i < width; i += 1) {
      const a = band[upper + i] as number;
      out[target] = a + ((band[lower + i] as number) - a) * down;
      target += 1;
    }
  }
}

/** For each pixel of the crop along one axis: the two source pixels around it, and how far it is from the first. */
interface Axis {
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly weight: Float64Array;
}

function createAxis(length: number): Axis {
  return { before: new Int32Array(length), after: new Int32Array(length), weight: new Float64Array(length) };
}

function placeAxis(axis: Axis, sourceSide: number, scale: number, start: number): void {
  const last = sourceSide - 1;
  for (let i = 0; i < axis.weight.length; i += 1) {
    const exact = ((start + i + 0.5) * sourceSide) / scale - 0.5;
    const position = Math.min(Math.max(exact, 0), last);
    const before = Math.floor(position);
    axis.before[i] = before;
    axis.after[i] = Math.min(before + 1, last);
    axis.weight[i] = position - before;
  }
}

function mirrorAxis(axis: Axis): void {
  axis.before.reverse();
  axis.after.reverse();
  axis.weight.reverse();
}
