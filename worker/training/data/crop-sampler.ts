import { type Crop, rescaledSize, type Size } from './crops.ts';

/** A decoded image, or the window of it that was decoded: pixels one after the other, row by row, somewhere in an array. */
export interface Raster extends Size {
  readonly channels: number;
  readonly pixels: Uint8Array;
  /** Of the image's first byte in `pixels`; before the array when the window does not begin there. */
  readonly offset: number;
  /** Pixels from one row to the next: those of the image, or of the window. */
  readonly stride: number;
}

/** A part of an image, pixels. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/** The pixels of an image that a crop is made of. @param window of the crop, pixels. */
export function sourceWindow(size: Size, crop: Crop, window: Size): Window {
  const rescaled = rescaledSize(size, crop.scale);
  const [left, right] = sourceRange(size.width, rescaled.width, crop.left, window.width);
  const [top, bottom] = sourceRange(size.height, rescaled.height, crop.top, window.height);
  return { left, top, width: right - left, height: bottom - top };
}

function sourceRange(source: number, rescaled: number, start: number, length: number): readonly [number, number] {
  const factor = source / rescaled;
  const reach = Math.max(1, factor);
  const low = Math.max(0, Math.floor((start + 0.5) * factor - reach + 0.5));
  return [low, Math.min(source, Math.floor((start + length - 0.5) * factor + reach + 0.5))];
}

/** Writes one crop, [height, width, channels], from `offset` of `out`. */
export type CropSampler = (image: Raster, crop: Crop, out: Uint8Array, offset: number) => void;

/**
 * Rescales and crops in one go: only the window's own pixels are interpolated, the rescaled image never exists, and a
 * pixel has the same value whichever window shows it.
 *
 * Pixel centres lie at half-integers: pixel i of an image rescaled from W to S lies at (i + ½)·W/S of the source. It is
 * the mean of the source's pixels under a triangle as wide as two pixels of the larger of the two images: bilinear
 * interpolation when the image grows (PyTorch's `align_corners=False`), free of aliasing when it shrinks (Pillow's
 * BILINEAR), and the image itself at its own scale. Rounded to whole grey levels, halves up.
 * @param window of the crop, pixels.
 */
export function createCropSampler(window: Size): CropSampler {
  const columns = createAxis(window.width);
  const rows = createAxis(window.height);
  let band = new Float64Array(0);
  return (image, crop, out, offset) => {
    const { width, height, channels } = image;
    const rescaled = rescaledSize(image, crop.scale);
    if (rescaled.width === width && rescaled.height === height) return copyWindow(image, crop, window, out, offset);
    placeAxis(columns, width, rescaled.width, crop.left, crop.flip, channels);
    placeAxis(rows, height, rescaled.height, crop.top, false, 1);
    // As many rows of the source as one row of the crop needs: they stay in the processor's first cache.
    const length = window.width * channels;
    const kept = rows.stride;
    if (band.length < kept * length) band = new Float64Array(kept * length);
    const across = channels === 3 ? interpolateColours : interpolateColumns;
    let next = 0;
    for (let row = 0; row < window.height; row += 1) {
      const first = rows.first[row] as number;
      const end = first + (rows.taps[row] as number);
      for (next = Math.max(next, first); next < end; next += 1)
        across(image, columns, next, band, (next % kept) * length);
      interpolateRow(band, rows, row, length, out, offset + row * length);
    }
  };
}

/** Bytes of a row from which a copy by the library costs less than a loop. */
const LONG_ROW = 160;

/** A crop of an image at its own scale. */
function copyWindow(image: Raster, { left, top, flip }: Crop, window: Size, out: Uint8Array, offset: number): void {
  const { channels, pixels } = image;
  const width = window.width * channels;
  for (let row = 0; row < window.height; row += 1) {
    const source = image.offset + ((top + row) * image.stride + left) * channels;
    const target = offset + row * width;
    if (flip) mirrorRow(pixels, source, out, target, width, channels);
    else if (width < LONG_ROW) copyRow(pixels, source, out, target, width);
    else out.set(pixels.subarray(source, source + width), target);
  }
}

/** Four bytes a turn, which is half the time of one. */
function copyRow(pixels: Uint8Array, source: number, out: Uint8Array, target: number, width: number): void {
  const end = target + width;
  let from = source;
  let into = target;
  for (; into + 4 <= end; into += 4) {
    out[into] = pixels[from] as number;
    out[into + 1] = pixels[from + 1] as number;
    out[into + 2] = pixels[from + 2] as number;
    out[into + 3] = pixels[from + 3] as number;
    from += 4;
  }
  for (; into < end; into += 1) {
    out[into] = pixels[from] as number;
    from += 1;
  }
}

function mirrorRow(
  pixels: Uint8Array,
  source: number,
  out: Uint8Array,
  target: number,
  width: number,
  channels: number,
): void {
  if (channels === 1) return mirrorGreys(pixels, source, out, target, width);
  if (channels === 3) return mirrorColours(pixels, source, out, target, width);
  for (let column = 0; column < width; column += channels) {
    const mirrored = source + width - channels - column;
    for (let channel = 0; channel < channels; channel += 1) {
      out[target + column + channel] = pixels[mirrored + channel] as number;
    }
  }
}

function mirrorGreys(pixels: Uint8Array, source: number, out: Uint8Array, target: number, width: number): void {
  const end = target + width;
  let from = source + width - 1;
  let into = target;
  for (; into + 4 <= end; into += 4) {
    out[into] = pixels[from] as number;
    out[into + 1] = pixels[from - 1] as number;
    out[into + 2] = pixels[from - 2] as number;
    out[into + 3] = pixels[from - 3] as number;
    from -= 4;
  }
  for (; into < end; into += 1) {
    out[into] = pixels[from] as number;
    from -= 1;
  }
}

function mirrorColours(pixels: Uint8Array, source: number, out: Uint8Array, target: number, width: number): void {
  let from = source + width - 3;
  for (let into = target; into < target + width; into += 3) {
    out[into] = pixels[from] as number;
    out[into + 1] = pixels[from + 1] as number;
    out[into + 2] = pixels[from + 2] as number;
    from -= 3;
  }
}

/** For each pixel of the crop along one axis: the first source pixel under it, how many there are, and their weights. */
interface Axis {
  /** In array elements: pixels times the step between two of them. */
  readonly first: Int32Array;
  readonly taps: Int32Array;
  /** [pixel, tap]; each pixel's sum to 1. */
  weights: Float64Array;
  /** Weights kept for each pixel. */
  stride: number;
}

function createAxis(length: number): Axis {
  return { first: new Int32Array(length), taps: new Int32Array(length), weights: new Float64Array(0), stride: 0 };
}

/** @param step array elements between two source pixels. */
function placeAxis(axis: Axis, source: number, rescaled: number, start: number, mirrored: boolean, step: number): void {
  const length = axis.first.length;
  const factor = source / rescaled;
  const reach = Math.max(1, factor);
  axis.stride = 2 * Math.ceil(reach) + 1;
  if (axis.weights.length < length * axis.stride) axis.weights = new Float64Array(length * axis.stride);
  const { weights, stride } = axis;
  for (let i = 0; i < length; i += 1) {
    const centre = (start + i + 0.5) * factor;
    const low = Math.max(0, Math.floor(centre - reach + 0.5));
    const high = Math.min(source, Math.floor(centre + reach + 0.5));
    const place = mirrored ? length - 1 - i : i;
    const base = place * stride;
    let sum = 0;
    for (let pixel = low; pixel < high; pixel += 1) {
      const weight = Math.max(0, 1 - Math.abs(pixel + 0.5 - centre) / reach);
      weights[base + pixel - low] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < high - low; tap += 1) weights[base + tap] = (weights[base + tap] as number) / sum;
    axis.first[place] = low * step;
    axis.taps[place] = high - low;
  }
}

/**
 * One row of the source at the columns of the crop, [column of the crop, channel], from `target` of `band`.
 * The inner loops here and below assert their indices with `as`, which costs nothing; a default for each costs a third.
 */
function interpolateColumns(image: Raster, columns: Axis, row: number, band: Float64Array, target: number): void {
  const { channels, pixels, offset } = image;
  const { first, taps, weights, stride } = columns;
  const source = offset + row * image.stride * channels;
  let place = target;
  for (let column = 0; column < first.length; column += 1) {
    const start = source + (first[column] as number);
    const count = taps[column] as number;
    const base = column * stride;
    for (let channel = 0; channel < channels; channel += 1) {
      let sum = 0;
      for (let tap = 0; tap < count; tap += 1) {
        sum += (pixels[start + tap * channels + channel] as number) * (weights[base + tap] as number);
      }
      band[place] = sum;
      place += 1;
    }
  }
}

/** `interpolateColumns` for three channels, which photographs have: their loop is written out, twice as fast. */
function interpolateColours(image: Raster, columns: Axis, row: number, band: Float64Array, target: number): void {
  const { pixels, offset } = image;
  const { first, taps, weights, stride } = columns;
  const source = offset + row * image.stride * 3;
  let into = target;
  for (let column = 0; column < first.length; column += 1) {
    let place = source + (first[column] as number);
    const base = column * stride;
    const end = base + (taps[column] as number);
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let tap = base; tap < end; tap += 1) {
      const weight = weights[tap] as number;
      red += (pixels[place] as number) * weight;
      green += (pixels[place + 1] as number) * weight;
      blue += (pixels[place + 2] as number) * weight;
      place += 3;
    }
    band[into] = red;
    band[into + 1] = green;
    band[into + 2] = blue;
    into += 3;
  }
}

/** One row of the crop from the rows kept in `band`. @param length numbers in a row of either. */
function interpolateRow(
  band: Float64Array,
  { first, taps, weights, stride }: Axis,
  row: number,
  length: number,
  out: Uint8Array,
  target: number,
): void {
  const start = first[row] as number;
  const count = taps[row] as number;
  const base = row * stride;
  const rowOf = (tap: number): number => ((start + tap) % stride) * length;
  const one = rowOf(0);
  const a = weights[base] as number;
  const two = rowOf(1);
  const b = count < 2 ? 0 : (weights[base + 1] as number);
  if (count <= 2) {
    for (let i = 0; i < length; i += 1) {
      out[target + i] = ((band[one + i] as number) * a + (band[two + i] as number) * b + 0.5) | 0;
    }
    return;
  }
  const three = rowOf(2);
  const c = weights[base + 2] as number;
  if (count === 3) {
    for (let i = 0; i < length; i += 1) {
      const sum = (band[one + i] as number) * a + (band[two + i] as number) * b + (band[three + i] as number) * c;
      out[target + i] = (sum + 0.5) | 0;
    }
    return;
  }
  for (let i = 0; i < length; i += 1) {
    let sum = 0.5;
    for (let tap = 0, place = one + i; tap < count; tap += 1) {
      sum += (band[place] as number) * (weights[base + tap] as number);
      place += length;
      if (place >= stride * length) place -= stride * length;
    }
    out[target + i] = sum | 0;
  }
}
