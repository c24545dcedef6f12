import { describe, expect, it } from 'vitest';
import { vgg8 } from '../../../core/networks/vgg.ts';
import type { CompiledStep, StepState } from '../../../engine/executor.ts';
import { type Crop, testCrops } from '../../../worker/training/data/crops.ts';
import type { ImageSet } from '../../../worker/training/data/dataset.ts';
import { measureError } from '../../../worker/training/evaluation.ts';
import { createDirectInput } from '../../../worker/training/input/direct-input.ts';
import { createTestInput } from '../../../worker/training/input/test-input.ts';

const BATCH = 8;
const LENGTH = 28 * 28;
const SCALING = { mean: [0], scale: [1] };
const STATE: StepState = { names: [], read: () => Promise.reject(new Error('not kept')), dispose: () => {} };

/** Images whose top left pixel is `left` and top right pixel `right`, grey levels; all else is 0. */
function cornered(corners: readonly (readonly [number, number])[], labels: readonly number[]): ImageSet {
  const pixels = new Uint8Array(corners.length * LENGTH);
  for (const [image, [left, right]] of corners.entries()) {
    pixels[image * LENGTH] = left;
    pixels[image * LENGTH + 27] = right;
  }
  return { kind: 'stored', count: corners.length, side: 28, channels: 1, pixels, labels: Uint16Array.from(labels) };
}

/** A network that is sure of class 1 as far as the top left pixel is bright, and else of class 0; it keeps what it has seen. */
function cornerReader(): CompiledStep & { readonly batches: number[][] } {
  const batches: number[][] = [];
  return {
    batches,
    async run(_state, { batch }) {
      const images = batch.images?.data ?? new Float32Array();
      const seen = Array.from({ length: BATCH }, (_, row) => (images[row * LENGTH] ?? Number.NaN) / 255);
      batches.push(seen);
      return {
        votes: {
          shape: [BATCH, 10],
          data: Float32Array.from(seen.flatMap((p) => [1 - p, p, ...Array(8).fill(0)])),
        },
      };
    },
    dispose: async () => {},
  };
}

function measure(test: ImageSet, crops: readonly Crop[], step: CompiledStep, pause = async () => {}): Promise<number> {
  const description = vgg8('A', { channels: 1, classes: 10, dropout: 0 });
  const places = Uint32Array.from({ length: test.count }, (_, place) => place);
  const view = { images: test, places, labels: test.labels };
  const sets = { train: { images: test }, test: { images: test } };
  const input = createTestInput({
    input: createDirectInput(sets),
    set: 'test',
    view,
    corruptImages: 'fail',
  });
  return measureError(
    { description, step, batchSize: BATCH, state: STATE, view, input, pause, scaling: SCALING },
    crops,
  );
}

describe('measureError', () => {
  it('adds up an image and its mirror image before it decides', async () => {
    // Alone, the first view of each says 0, 1, 1, 0; together with its mirror image 1, 0, 1, 0.
    const corners = [
      [100, 250],
      [150, 10],
      [200, 200],
      [20, 30],
    ] as const;
    const views = testCrops(28, 28, 1, true);
    expect(await measure(cornered(corners, [1, 0, 1, 0]), views, cornerReader())).toBe(0);
    expect(await measure(cornered(corners, [0, 1, 1, 0]), views, cornerReader())).toBe(50);
    expect(await measure(cornered(corners, [0, 1, 1, 0]), testCrops(28, 28, 1, false), cornerReader())).toBe(0);
  });

  it('counts each view once, whatever is left in the last batch', async () => {
    for (const count of [1, 7, 8, 9, 16, 21]) {
      const corners = Array.from({ length: count }, (_, image) => [255 * (image % 2), 0] as const);
      const labels = corners.map((_, image) => image % 2);
      const reader = cornerReader();
      expect(await measure(cornered(corners, labels), testCrops(28, 28, 1, false), reader)).toBe(0);
      expect(reader.batches).toHaveLength(Math.ceil(count / BATCH));
      expect(reader.batches.flat().slice(0, count)).toEqual(labels);
      expect(
        await measure(
          cornered(
            corners,
            labels.map((label) => 1 - label),
          ),
          testCrops(28, 28, 1, false),
          reader,
        ),
      ).toBe(100);
    }
  });

  it('gives the lower class an image that is undecided', async () => {
    const reader: CompiledStep = {
      run: async () => ({ votes: { shape: [BATCH, 10], data: new Float32Array(BATCH * 10).fill(0.1) } }),
      dispose: async () => {},
    };
    const undecided = cornered(
      [
        [0, 0],
        [0, 0],
      ],
      [0, 3],
    );
    expect(await measure(undecided, testCrops(28, 28, 1, true), reader)).toBe(50);
  });

  it('makes no number of a posterior that is none', async () => {
    const reader: CompiledStep = {
      run: async () => ({ votes: { shape: [BATCH, 10], data: new Float32Array(BATCH * 10).fill(Number.NaN) } }),
      dispose: async () => {},
    };
    const attempt = measure(cornered([[0, 0]], [0]), testCrops(28, 28, 1, false), reader);
    await expect(attempt).rejects.toMatchObject({ code: 'TRIAL_DIVERGED' });
  });

  it('can be stopped between two batches', async () => {
    const reader = cornerReader();
    const stopping = async (): Promise<void> => {
      if (reader.batches.length === 2) throw new Error('enough');
    };
    const many = cornered(
      Array.from({ length: 40 }, () => [0, 0] as const),
      Array(40).fill(0),
    );
    await expect(measure(many, testCrops(28, 28, 1, false), reader, stopping)).rejects.toThrow('enough');
    expect(reader.batches).toHaveLength(2);
  });
});
