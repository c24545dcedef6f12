import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, TickworkError } from '../../../core/errors.ts';
import type { LoaderFailure, LoaderOrder, LoaderSettings } from './loader-messages.ts';
import { countRow, isStopped, sharesOf, waitForTurn } from './ring.ts';
import { createRowFiller } from './row-filler.ts';

/** Images that one thread has decoded at the same time, on libuv's threads, while it cuts crops from others. */
const LANES = 3;

/** Main file of a loader thread: cuts its share of every batch of the passes it is sent, one pass after another. */
function main(port: NonNullable<typeof parentPort>, settings: LoaderSettings): void {
  let last = Promise.resolve();
  port.on('message', (order: LoaderOrder) => {
    last = last
      .then(() => fillPass(order, settings))
      .catch((error: unknown) => {
        const code: ErrorCode = error instanceof TickworkError ? error.code : 'INTERNAL';
        const failure: LoaderFailure = {
          order: order.number,
          code,
          message: error instanceof Error ? error.message : String(error),
        };
        if (!isStopped(order.ring)) port.postMessage(failure);
      });
  });
}

async function fillPass({ pass, ring }: LoaderOrder, { sets, thread, threads }: LoaderSettings): Promise<void> {
  const set = sets[pass.set];
  const fill = createRowFiller(pass, set);
  const length = pass.window.width * pass.window.height * set.images.channels;
  const shares = sharesOf(pass, thread, threads);
  const lane = async (): Promise<void> => {
    for (const { batch, row } of shares) {
      const slot = await waitForTurn(ring, batch);
      if (slot === undefined) return;
      const place = fill(batch * pass.batchSize + row, ring.pixels[slot] as Uint8Array, row * length);
      (ring.places[slot] as Int32Array)[row] = typeof place === 'number' ? place : await place;
      countRow(ring, pass, batch);
    }
  };
  await Promise.all(Array.from({ length: set.images.kind === 'files' ? LANES : 1 }, lane));
}

if (parentPort !== null) main(parentPort, workerData as LoaderSettings);
