import { Worker } from 'node:worker_threads';
import { TickworkError } from '../../../core/errors.ts';
import type { ReadableSets } from './direct-input.ts';
import type { ImageInput } from './image-input.ts';
import type { LoaderFailure, LoaderOrder, LoaderSettings } from './loader-messages.ts';
import { createRing, isWhole, type Ring, releaseBatch, stopRing, waitForBatch, wakeThreads } from './ring.ts';

/** Cuts batches ahead of the trainer, on threads of their own. @param threads at least 1. */
export function createLoaderInput(sets: ReadableSets, threads: number): ImageInput {
  const entry = new URL('./loader-thread.js', import.meta.url);
  const failures = createFailures();
  const workers = Array.from({ length: threads }, (_, thread) => {
    const settings: LoaderSettings = { sets, thread, threads };
    const worker = new Worker(entry, { workerData: settings });
    worker.on('message', failures.raise);
    worker.on('error', (error) => failures.end(`A loader thread has ended: ${error}`));
    return worker;
  });
  let current: Ring | undefined;
  const end = (): void => {
    if (current !== undefined) stopRing(current);
    current = undefined;
  };
  return {
    open(pass) {
      end();
      const number = failures.forget();
      const ring = createRing(pass, sets[pass.set].images.channels);
      current = ring;
      const order: LoaderOrder = { number, pass, ring };
      for (const worker of workers) worker.postMessage(order);
      let batch = pass.firstBatch;
      let taken: number | undefined;
      let released = 0;
      const wake = (): void => {
        wakeThreads(ring);
        released = 0;
      };
      return {
        async next() {
          if (taken !== undefined) {
            releaseBatch(ring, taken);
            released += 1;
          }
          // Not for every slot: a thread that is woken takes a processor from the trainer where none is free.
          if (released >= ring.pixels.length / 2) wake();
          // Mostly it is: a race would add to what the promise of a failure remembers, step after step.
          if (!isWhole(ring, pass, batch)) {
            wake();
            await Promise.race([waitForBatch(ring, pass, batch), failures.next]);
          }
          const slot = batch % ring.pixels.length;
          taken = batch;
          batch += 1;
          return { pixels: ring.pixels[slot] as Uint8Array, places: ring.places[slot] as Int32Array };
        },
      };
    },
    async close() {
      end();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** The first failure of a pass, for whoever waits for its batches. */
function createFailures() {
  let reject: (error: TickworkError) => void = () => {};
  const create = (): Promise<never> => {
    const promise = new Promise<never>((_, fail) => {
      reject = fail;
    });
    // A pass that is given up is waited for by nobody.
    promise.catch(() => {});
    return promise;
  };
  let current = 0;
  let ended: TickworkError | undefined;
  const failures = {
    next: create(),
    /** Begins another pass. @returns its number. */
    forget(): number {
      failures.next = create();
      current += 1;
      if (ended !== undefined) reject(ended);
      return current;
    },
    raise({ order, code, message }: LoaderFailure): void {
      if (order === current) reject(new TickworkError(code, message));
    },
    /** A thread is gone: this pass and all that follow. */
    end(message: string): void {
      ended = new TickworkError('INTERNAL', message);
      reject(ended);
    },
  };
  return failures;
}
