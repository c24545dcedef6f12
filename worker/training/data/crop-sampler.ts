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
 * Rescales and crops in one pass: only the window's own pixels are interpolated, the rescaled image never exists.
 *
 * Bilinear, pixel centres at half-integers: pixel i of an image rescaled from W to S lies at (i + ½)·W/S − ½ of the
 * source, clamped to its border (OpenCV's and PyTorch's `align_corners=False`); S = W copies the image exactly.
 * Scales below W would alias, as there is no low-pass filter; no dataset and scale in the catalogue has them.
 * @param side of the crop, pixels.
 */
export function createCropSampler(side: number, { mean, deviation }: Normalisation): CropSampler {
  const gain = 1 / (255 * deviation);
  const shift = -mean / deviation;
  const columns = createAxis(side);
  const rows = createAxis(side);
  return (images, image, crop, out, offset) => {
    const { channels, pixels } = images;
    const stride = images.side * channels;
    const first = image * images.side * stride;
    placeAxis(columns, images.side, crop.scale, crop.left);
    placeAxis(rows, images.side, crop.scale, crop.top);
    let written = offset;
    for (let y = 0; y < side; y += 1) {
      const upper = first + (rows.before[y] ?? 0) * stride;
      const lower = first + (rows.after[y] ?? 0) * stride;
      const down = rows.weight[y] ?? 0;
      for (let column = 0; column < side; column += 1) {
        const x = crop.flip ? side - 1 - column : column;
        const left = (columns.before[x] ?? 0) * channels;
        const right = (columns.after[x] ?? 0) * channels;
        const across = columns.weight[x] ?? 0;
        for (let channel = 0; channel < channels; channel += 1) {
          const a = pixels[upper + left + channel] ?? 0;
          const b = pixels[upper + right + channel] ?? 0;
          const c = pixels[lower + left + channel] ?? 0;
          const d = pixels[lower + right + channel] ?? 0;
          const top = a + (b - a) * across;
          const bottom = c + (d - c) * across;
          out[written] = (top + (bottom - top) * down) * gain + shift;
          written += 1;
        }
      }
    }
  };
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
