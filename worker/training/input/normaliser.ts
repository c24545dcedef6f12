import type { Normalisation } from '../../../core/catalogue/datasets.ts';

/** What a network sees of a grey level p: (p/255 − mean)/deviation, or p − 255·mean. */
export type NormalisationMode = 'standardise' | 'subtract-mean';

/**
 * Writes normalised pixels.
 * @param shift added to every pixel of the image, for each channel, on the scale of `mean`.
 */
export type Normaliser = (
  pixels: Uint8Array,
  start: number,
  end: number,
  out: Float32Array,
  shift?: readonly number[],
) => void;

export function createNormaliser({ mean, deviation }: Normalisation, mode: NormalisationMode): Normaliser {
  const channels = mean.length;
  const divisors = mean.map((_, channel) => (mode === 'standardise' ? (deviation[channel] ?? 1) : 1 / 255));
  const table = Float32Array.from({ length: 256 * channels }, (_, index) => {
    const channel = index >> 8;
    return ((index & 255) / 255 - (mean[channel] ?? 0)) / (divisors[channel] ?? 1);
  });
  return (pixels, start, end, out, shift) => {
    if (shift === undefined) return copyThrough(table, channels, pixels, start, end, out);
    const shifted = table.map((value, index) => value + (shift[index >> 8] ?? 0) / (divisors[index >> 8] ?? 1));
    copyThrough(shifted, channels, pixels, start, end, out);
  };
}

/** Loops over one channel and over three are written out: they are much of what a batch costs the trainer's own thread. */
function copyThrough(
  table: Float32Array,
  channels: number,
  pixels: Uint8Array,
  start: number,
  end: number,
  out: Float32Array,
): void {
  if (channels === 1) {
    for (let i = start; i < end; i += 1) out[i] = table[pixels[i] as number] as number;
    return;
  }
  if (channels === 3) {
    for (let i = start; i < end; i += 3) {
      out[i] = table[pixels[i] as number] as number;
      out[i + 1] = table[256 | (pixels[i + 1] as number)] as number;
      out[i + 2] = table[512 | (pixels[i + 2] as number)] as number;
    }
    return;
  }
  for (let i = start; i < end; i += channels) {
    for (let channel = 0; channel < channels; channel += 1) {
      out[i + channel] = table[(channel << 8) | (pixels[i + channel] as number)] as number;
    }
  }
}
