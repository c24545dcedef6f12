import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../../core/random/stream.ts';
import { createCropSampler, type Raster, sourceWindow } from '../../../worker/training/data/crop-sampler.ts';
import {
  type Crop,
  drawTrainCrop,
  rescaledSize,
  square,
  stretchCrop,
  testCrops,
} from '../../../worker/training/data/crops.ts';

const SIDE = 28;
function imageOf(side: number, channels: number, pixel: (x: number, y: number, channel: number) => number): Raster {
  const pixels = Uint8Array.from({ length: side * side * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    return pixel(place % side, Math.floor(place / side), i % channels);
  });
  return { width: side, height: side, channels, pixels, offset: 0, stride: side };
}

function sampled(image: Raster, crop: Crop, side = SIDE): Uint8Array {
  const out = new Uint8Array(side * side * image.channels);
  createCropSampler({ width: side, height: side })(image, crop, out, 0);
  return out;
}

const noise = (seed: number, side: number, channels = 1): Raster => {
  const stream = createStream(seed);
  return imageOf(side, channels, () => stream.uint32() & 0xff);
};

const anyCrop = fc
  .record({
    scale: fc.integer({ min: SIDE, max: 96 }),
    left: fc.double({ min: 0, max: 1, noNaN: true }),
    top: fc.double({ min: 0, max: 1, noNaN: true }),
    flip: fc.boolean(),
  })
  .map(({ scale, left, top, flip }): Crop => {
    const range = scale - SIDE;
    return { scale, left: Math.round(left * range), top: Math.round(top * range), flip };
  });

describe('the crop sampler', () => {
  it('copies the image at its own size', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(1, 3), (seed, channels) => {
        const images = noise(seed, SIDE, channels);
        expect(sampled(images, { scale: SIDE, left: 0, top: 0, flip: false })).toEqual(images.pixels);
      }),
    );
  });

  it('mirrors rows, and mirrored twice is what it was', () => {
    fc.assert(
      fc.property(fc.nat(), anyCrop, (seed, crop) => {
        const images = noise(seed, SIDE);
        const plain = sampled(images, { ...crop, flip: false });
        const mirrored = sampled(images, { ...crop, flip: true });
        const again = mirrored.map((_, i) => mirrored[i - (i % SIDE) + (SIDE - 1 - (i % SIDE))] ?? 0);
        expect(again).toEqual(plain);
      }),
    );
  });

  it('never leaves the range of the pixels, and keeps a flat image flat', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), anyCrop, (seed, grey, crop) => {
        const images = noise(seed, SIDE);
        const values = sampled(images, crop);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.min(...images.pixels));
        expect(Math.max(...values)).toBeLessThanOrEqual(Math.max(...images.pixels));
        expect(
          new Set(
            sampled(
              imageOf(SIDE, 1, () => grey),
              crop,
            ),
          ),
        ).toEqual(new Set([grey]));
      }),
    );
  });

  it('keeps a ramp a ramp, with pixel centres at half-integers', () => {
    fc.assert(
      fc.property(anyCrop, (crop) => {
        const ramp = imageOf(SIDE, 2, (x, y, channel) => 8 * (channel === 0 ? x : y));
        const values = sampled(ramp, crop);
        for (let y = 0; y < SIDE; y += 1) {
          for (let x = 0; x < SIDE; x += 1) {
            const column = crop.flip ? SIDE - 1 - x : x;
            const place = (start: number, i: number): number =>
              Math.min(Math.max(((start + i + 0.5) * SIDE) / crop.scale - 0.5, 0), SIDE - 1);
            expect(Math.abs((values[2 * (y * SIDE + x)] ?? 0) - 8 * place(crop.left, column))).toBeLessThanOrEqual(
              0.5001,
            );
            expect(Math.abs((values[2 * (y * SIDE + x) + 1] ?? 0) - 8 * place(crop.top, y))).toBeLessThanOrEqual(
              0.5001,
            );
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('cuts the same pixels out of a rescaled image whichever window it is asked for', () => {
    fc.assert(
      fc.property(fc.nat(), anyCrop, (seed, crop) => {
        const images = noise(seed, SIDE);
        const { scale, left, top } = crop;
        const whole = sampled(images, { scale, left: 0, top: 0, flip: false }, scale);
        const window = sampled(images, { ...crop, flip: false });
        const cut = window.map((_, i) => whole[(top + Math.floor(i / SIDE)) * scale + left + (i % SIDE)] ?? -1);
        expect(window).toEqual(cut);
      }),
      { numRuns: 40 },
    );
  });

  it('writes only its own place', () => {
    const image = imageOf(SIDE, 1, (x) => x);
    const out = new Uint8Array(3 * SIDE * SIDE).fill(77);
    createCropSampler({ width: SIDE, height: SIDE })(
      image,
      { scale: 40, left: 3, top: 4, flip: false },
      out,
      SIDE * SIDE,
    );
    expect(new Set([...out.subarray(0, SIDE * SIDE), ...out.subarray(2 * SIDE * SIDE)])).toEqual(new Set([77]));
  });
});

/** The mean of the source under a triangle around each pixel of the crop, straight from the definition. */
function defined({ width, height, pixels, channels }: Raster, crop: Crop, side: number): Float64Array {
  const rescaled = rescaledSize({ width, height }, crop.scale);
  const weightsOf = (start: number, i: number, source: number, target: number): number[] => {
    const factor = source / target;
    const reach = Math.max(1, factor);
    const weights = Array.from({ length: source }, (_, pixel) =>
      Math.max(0, 1 - Math.abs(pixel + 0.5 - (start + i + 0.5) * factor) / reach),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  };
  const out = new Float64Array(side * side * channels);
  for (let y = 0; y < side; y += 1) {
    const rows = weightsOf(crop.top, y, height, rescaled.height);
    for (let x = 0; x < side; x += 1) {
      const columns = weightsOf(crop.left, crop.flip ? side - 1 - x : x, width, rescaled.width);
      for (const [row, down] of rows.entries()) {
        if (down === 0) continue;
        for (const [column, across] of columns.entries()) {
          if (across === 0) continue;
          for (let channel = 0; channel < channels; channel += 1) {
            const place = (y * side + x) * channels + channel;
            const pixel = pixels[(row * width + column) * channels + channel] ?? 0;
            out[place] = (out[place] ?? 0) + down * across * pixel;
          }
        }
      }
    }
  }
  return out;
}

describe('an image of any proportions', () => {
  const anyImage = fc.record({
    seed: fc.nat(),
    width: fc.integer({ min: 8, max: 70 }),
    height: fc.integer({ min: 8, max: 70 }),
    channels: fc.constantFrom(1, 3),
    scale: fc.integer({ min: 12, max: 60 }),
    flip: fc.boolean(),
  });
  const rasterOf = (seed: number, width: number, height: number, channels: number): Raster => {
    const stream = createStream(seed);
    const pixels = Uint8Array.from({ length: width * height * channels }, () => stream.uint32() & 0xff);
    return { width, height, channels, pixels, offset: 0, stride: width };
  };

  it('is rescaled and cropped by the definition, growing or shrinking', () => {
    fc.assert(
      fc.property(anyImage, fc.nat(), ({ seed, width, height, channels, scale, flip }, place) => {
        const image = rasterOf(seed, width, height, channels);
        const crop = { ...drawTrainCrop(createStream(place), scale, 12, true, image), flip };
        const values = sampled(image, crop, 12);
        for (const [i, exact] of defined(image, crop, 12).entries()) {
          expect(Math.abs((values[i] ?? 0) - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows the same pixel in every window, and a flat image stays flat', () => {
    fc.assert(
      fc.property(anyImage, fc.nat(255), ({ seed, width, height, channels, scale }, grey) => {
        const image = rasterOf(seed, width, height, channels);
        const size = rescaledSize(image, scale);
        const whole = new Uint8Array(size.width * size.height * channels);
        const origin = { scale, left: 0, top: 0, flip: false };
        createCropSampler(size)(image, origin, whole, 0);
        const crop = drawTrainCrop(createStream(seed), scale, 12, false, image);
        const again = { ...size, channels, pixels: whole, offset: 0, stride: size.width };
        expect(sampled(again, crop, 12)).toEqual(sampled(image, crop, 12));
        const flat = { ...image, pixels: new Uint8Array(image.pixels.length).fill(grey) };
        expect(new Set(sampled(flat, crop, 12))).toEqual(new Set([grey]));
      }),
      { numRuns: 60 },
    );
  });

  it('needs no pixel outside of the window it says', () => {
    fc.assert(
      fc.property(anyImage, fc.nat(), ({ seed, width, height, channels, scale, flip }, place) => {
        const image = rasterOf(seed, width, height, channels);
        const crop = { ...drawTrainCrop(createStream(place), scale, 12, true, image), flip };
        const window = sourceWindow(image, crop, square(12));
        const pixels = new Uint8Array(window.width * window.height * channels);
        for (let row = 0; row < window.height; row += 1) {
          const start = ((window.top + row) * width + window.left) * channels;
          pixels.set(image.pixels.subarray(start, start + window.width * channels), row * window.width * channels);
        }
        const stride = window.width;
        const offset = -channels * (window.top * stride + window.left);
        expect(sampled({ ...image, pixels, offset, stride }, crop, 12)).toEqual(sampled(image, crop, 12));
      }),
    );
  });

  it('has its corners and its centre where a square has them', () => {
    const tall = { width: 300, height: 400 };
    const crops = testCrops(256, 224, 3, false).map((crop) => stretchCrop(crop, 224, tall));
    expect(rescaledSize(tall, 256)).toEqual({ width: 256, height: 341 });
    expect(crops[0]).toMatchObject({ left: 0, top: 0 });
    expect(crops[4]).toMatchObject({ left: 16, top: 59 });
    expect(crops[8]).toMatchObject({ left: 32, top: 117 });
    const [centre] = testCrops(224, 224, 1, false).map((crop) => stretchCrop(crop, 224, { width: 400, height: 200 }));
    expect(centre).toEqual({ scale: 224, left: 112, top: 0, flip: false });
  });
});

describe('training crops', () => {
  it('lie in the image, at a scale of the range, and use all of it', () => {
    const crops = Array.from({ length: 4_000 }, (_, i) =>
      drawTrainCrop(createStream(1, 'crops', 1).at(i), [32, 64], SIDE, true),
    );
    for (const { scale, left, top } of crops) {
      for (const offset of [left, top]) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(scale - SIDE);
      }
    }
    expect(new Set(crops.map(({ scale }) => scale)).size).toBe(33);
    expect(Math.min(...crops.map(({ scale }) => scale))).toBe(32);
    expect(Math.max(...crops.map(({ scale }) => scale))).toBe(64);
    const flipped = crops.filter(({ flip }) => flip).length;
    expect(Math.abs(flipped - 2_000)).toBeLessThan(5 * Math.sqrt(1_000));
    const corners = crops.filter(({ scale, left, top }) => scale === 32 && left % 4 === 0 && top % 4 === 0);
    expect(new Set(corners.map(({ left, top }) => `${left},${top}`)).size).toBe(4);
  });

  it('are in the same place with and without mirror images', () => {
    for (let image = 0; image < 50; image += 1) {
      const stream = createStream(1, 'crops', 1);
      const free = drawTrainCrop(stream.at(image), 48, SIDE, true);
      expect(drawTrainCrop(stream.at(image), 48, SIDE, false)).toEqual({ ...free, flip: false });
    }
  });
});

describe('test crops', () => {
  it('are the centre for a grid of one', () => {
    expect(testCrops(32, SIDE, 1, false)).toEqual([{ scale: 32, left: 2, top: 2, flip: false }]);
    expect(testCrops(SIDE, SIDE, 1, true)).toEqual(
      [false, true].map((flip) => ({ scale: SIDE, left: 0, top: 0, flip })),
    );
  });

  it('are fifty for the 5×5 grid with mirror images, from corner to corner', () => {
    const crops = testCrops(48, SIDE, 5, true);
    expect(crops).toHaveLength(50);
    expect(crops[0]).toEqual({ scale: 48, left: 0, top: 0, flip: false });
    expect(crops[49]).toEqual({ scale: 48, left: 20, top: 20, flip: true });
    expect([...new Set(crops.map(({ left }) => left))]).toEqual([0, 5, 10, 15, 20]);
  });

  it('span the image evenly at every scale and grid', () => {
    fc.assert(
      fc.property(fc.integer({ min: SIDE, max: 128 }), fc.integer({ min: 2, max: 9 }), (scale, grid) => {
        const offsets = testCrops(scale, SIDE, grid, false)
          .slice(0, grid)
          .map(({ left }) => left);
        expect(offsets[0]).toBe(0);
        expect(offsets.at(-1)).toBe(scale - SIDE);
        for (const [place, offset] of offsets.entries()) {
          expect(Math.abs(offset - ((scale - SIDE) * place) / (grid - 1))).toBeLessThanOrEqual(0.5);
        }
      }),
    );
  });
});
