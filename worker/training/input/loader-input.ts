import { Worker } from 'node:worker_threads';
import { TickworkError } from '../../../core/errors.ts';
import type { ReadableSets } from './direct-input.ts';
import type { BatchReader, ImageInput } from './image-input.ts';
import type { LoaderFailure, LoaderOrder, LoaderSettings } from './loader-messages.ts';
import type { InputPass } from './pass.ts';
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
  /** Passes that are cut, or will be, in order. */
  let rings: readonly Ring[] = [];
  const end = (): void => {
    for (const ring of rings) stopRing(ring);
    failures.forget();
    rings = [];
  };
  const start = (pass: InputPass): BatchReader => {
    const ring = createRing(pass, sets[pass.set].images.channels);
    rings = [...rings, ring];
    const { number, failure } = failures.expect();
    const order: LoaderOrder = { number, pass, ring };
    for (const worker of workers) worker.postMessage(order);
    return createReader(pass, ring, failure);
  };
  return {
    open(pass) {
      end();
      return start(pass);
    },
    openAhead: start,
    async close() {
      end();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function createReader(pass: InputPass, ring: Ring, failure: Promise<never>): BatchReader {
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
        await Promise.race([waitForBatch(ring, pass, batch), failure]);
      }
      const slot = batch % ring.pixels.length;
      taken = batch;
      batch += 1;
      return { pixels: ring.pixels[slot] as Uint8Array, places: ring.places[slot] as Int32Array };
    },
  };
}

/** The first failure of each pass, for whoever waits for its batches. */
function createFailures() {
  let passes = 0;
  let ended: TickworkError | undefined;
  /** By the number of the pass. One that was given up may fail when the next has begun, and is not listened to. */
  const waiting = new Map<number, (error: TickworkError) => void>();
  return {
    expect(): { readonly number: number; readonly failure: Promise<never> } {
      passes += 1;
      const number = passes;
      const failure = new Promise<never>((_, fail) => void waiting.set(number, fail));
      // A pass that is given up is waited for by nobody.
      failure.catch(() => {});
      if (ended !== undefined) waiting.get(number)?.(ended);
      return { number, failure };
    },
    forget: (): void => waiting.clear(),
    raise: ({ order, code, message }: LoaderFailure): void => waiting.get(order)?.(new TickworkError(code, message)),
    /** A thread is gone: these passes and all that follow. */
    end(message: string): void {
      ended = new TickworkError('INTERNAL', message);
      for (const fail of waiting.values()) fail(ended);
    },
  };
}
