import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIXED_DATASETS } from '../../../core/catalogue/datasets.ts';
import type { Dataset } from '../../../worker/training/data/dataset.ts';
import { makeTextures } from '../../../worker/training/data/textures.ts';
import { type ImageSelection, selectImages } from '../../../worker/training/data/trial-images.ts';
import { paintedImages } from '../../support/image-sets.ts';

const TRAIN = paintedImages(200, 1);
const DATASET: Dataset = {
  facts: { title: 'painted', source: 'test', channels: 1, labels: 'one', normalisation: { mean: [0], deviation: [1] } },
  classNames: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'],
  train: TRAIN,
  test: paintedImages(50, 2),
};
const BASE: ImageSelection = { dataset: 'mnist', trainImages: 60, validationImages: 0, testImages: 20 };

const select = (changes: Partial<ImageSelection> = {}, seed = 1, dataset = DATASET) =>
  selectImages({ ...BASE, ...changes }, seed, dataset);

describe('the images of a trial', () => {
  it('are drawn by the seed, and validation images are never trained on', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (seed, held, count) => {
          const { train, validation, test } = select({ validationImages: held, trainImages: count }, seed);
          expect(validation.places).toHaveLength(held);
          expect(train.places).toHaveLength(count);
          expect(new Set([...train.places, ...validation.places]).size).toBe(held + count);
          expect([...test.places]).toEqual(Array.from({ length: 20 }, (_, place) => place));
          expect(select({ validationImages: held, trainImages: count }, seed).train.places).toEqual(train.places);
        },
      ),
    );
  });

  it('are the same ones to validate on, however many there are to train on', () => {
    const few = select({ validationImages: 40, trainImages: 10 });
    const many = select({ validationImages: 40, trainImages: 100 });
    expect(many.validation.places).toEqual(few.validation.places);
    expect(many.train.places.slice(0, 10)).toEqual(few.train.places);
    expect(select({ validationImages: 40 }, 2).validation.places).not.toEqual(few.validation.places);
  });

  it('come from the training set when there is no other, and then by the seed', () => {
    const pool: Dataset = { facts: DATASET.facts, classNames: DATASET.classNames, train: TRAIN };
    const sizes = { trainImages: 100, validationImages: 40, testImages: 60 };
    const { train, validation, test } = select(sizes, 1, pool);
    expect(new Set([...train.places, ...validation.places, ...test.places]).size).toBe(200);
    expect(select(sizes, 2, pool).test.places).not.toEqual(test.places);
    expect(() => select({ ...sizes, trainImages: 101 }, 1, pool)).toThrow(
      /at most the 100 that others leave of painted/,
    );
  });

  it('are as many of each class as asked for, and more are a continuation', () => {
    const five = select({ imagesPerClass: 5, trainImages: 50 });
    const counts = new Array<number>(10).fill(0);
    for (const label of five.train.labels) counts[label] = (counts[label] ?? 0) + 1;
    expect(counts).toEqual(new Array(10).fill(5));
    const ten = select({ imagesPerClass: 10, trainImages: 100 });
    expect([...five.train.places].every((place) => ten.train.places.includes(place))).toBe(true);
    expect(() => select({ imagesPerClass: 21, trainImages: 200 })).toThrow(
      /at most the 20 training images of the smallest/,
    );
  });

  it('are those of the chosen classes, renumbered in the order of the choice', () => {
    for (const classes of [
      ['h', 'b', 'e'],
      [7, 1, 4],
    ]) {
      const { train, test, classes: count } = select({ classes, trainImages: 30, testImages: 10 });
      expect(count).toBe(3);
      for (const [row, place] of train.places.entries()) {
        expect(TRAIN.labels[place]).toBe([7, 1, 4][train.labels[row] ?? -1]);
      }
      expect(test.labels.every((label) => label < 3)).toBe(true);
    }
    expect(new Set(select({ classes: 4, trainImages: 30, testImages: 10 }).train.labels)).toEqual(
      new Set([0, 1, 2, 3]),
    );
  });
});

it('images of several classes none of which shows one are refused by name', () => {
  const textures = makeTextures();
  const targets = new Int8Array(textures.train.count * 8).fill(-1);
  // A difficult object of a class is none that an image surely shows.
  targets.fill(0, 0, 8);
  const dataset = { ...textures, train: { ...textures.train, targets } };
  const selection = { dataset: 'textures', trainImages: 20, validationImages: 0, testImages: 5 } as const;
  expect(() => selectImages(selection, 1, dataset)).toThrow(
    'Expected trainImages to show one of the classes, got 20 that show none',
  );
  targets[8 * (textures.train.count - 1)] = 1;
  expect(() => selectImages({ ...selection, trainImages: textures.train.count }, 1, dataset)).not.toThrow();
});

describe('synthetic textures', () => {
  const small = { ...FIXED_DATASETS.textures, side: 16, trainImages: 64, testImages: 16 };

  it('are the same bytes every time, as many of each class, and others for testing', () => {
    const { train, test } = makeTextures(small);
    if (train.kind !== 'stored' || test?.kind !== 'stored') throw new Error('Expected stored images.');
    expect(makeTextures(small).train).toEqual(train);
    expect(train.pixels.subarray(0, test.pixels.length)).not.toEqual(test.pixels);
    expect([...train.labels.subarray(0, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1]);
  });

  it('have the mean and deviation of the catalogue', () => {
    const { train, facts } = makeTextures();
    if (train.kind !== 'stored') throw new Error('Expected stored images.');
    const { mean, deviation } = facts.normalisation;
    for (let channel = 0; channel < 3; channel += 1) {
      let sum = 0;
      let squares = 0;
      for (let i = channel; i < train.pixels.length; i += 3) {
        sum += (train.pixels[i] ?? 0) / 255;
        squares += ((train.pixels[i] ?? 0) / 255) ** 2;
      }
      const count = train.pixels.length / 3;
      expect(mean[channel]).toBeCloseTo(sum / count, 2);
      expect(deviation[channel]).toBeCloseTo(Math.sqrt(squares / count - (sum / count) ** 2), 2);
    }
  });

  it('are rougher from class to class where they are graded', () => {
    const { train } = makeTextures(small);
    if (train.kind !== 'stored') throw new Error('Expected stored images.');
    const { pixels, side } = train;
    const roughness = (label: number): number => {
      let sum = 0;
      for (let image = label; image < train.count; image += 8) {
        for (let i = 3; i < side * side * 3; i += 3) {
          const place = image * side * side * 3 + i;
          sum += Math.abs((pixels[place] ?? 0) - (pixels[place - 3] ?? 0));
        }
      }
      return sum;
    };
    expect(roughness(0)).toBeLessThan(roughness(1));
    expect(roughness(1)).toBeLessThan(roughness(2));
  });
});
