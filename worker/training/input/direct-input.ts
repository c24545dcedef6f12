import type { ImageInput } from './image-input.ts';
import type { ReadableSet } from './image-reader.ts';
import { countRows } from './pass.ts';
import { createRowFiller } from './row-filler.ts';

/** Images decoded at the same time, on libuv's threads. */
const LANES = 4;

export interface ReadableSets {
  readonly train: ReadableSet;
  readonly test: ReadableSet;
}

/** Cuts each batch when it is asked for, on the caller's own thread. */
export function createDirectInput(sets: ReadableSets): ImageInput {
  const open: ImageInput['open'] = (pass) => {
    const { batchSize, window } = pass;
    const set = sets[pass.set];
    const fill = createRowFiller(pass, set);
    const length = window.width * window.height * set.images.channels;
    const pixels = new Uint8Array(batchSize * length);
    const places = new Int32Array(batchSize);
    let batch = pass.firstBatch;
    return {
      async next() {
        const rows = countRows(pass, batch);
        const first = batch * batchSize;
        batch += 1;
        let row = 0;
        const lane = async (): Promise<void> => {
          while (row < rows) {
            const mine = row;
            row += 1;
            const place = fill(first + mine, pixels, mine * length);
            places[mine] = typeof place === 'number' ? place : await place;
          }
        };
        await Promise.all(Array.from({ length: set.images.kind === 'files' ? LANES : 1 }, lane));
        return { pixels, places };
      },
    };
  };
  // Nothing is cut before it is asked for, so that passes do not know of each other.
  return { open, openAhead: open, close: async () => {} };
}
