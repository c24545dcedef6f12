import { countBatches, countRows, type InputPass } from './pass.ts';

/**
 * Memory between the threads that cut a pass and the one that trains on it: slots of whole batches. Batch b lies in slot
 * b mod slots; each thread fills its own share of the rows of every batch. A slot's `turn` is the batch that may be
 * written into it, its `done` the rows of that batch that are.
 */
export interface Ring {
  /** For each slot: [batchSize, height, width, channels]. */
  readonly pixels: readonly Uint8Array[];
  /** For each slot: [batchSize], as in `InputBatch`. */
  readonly places: readonly Int32Array[];
  /** [1 + 2·slots]: whether to stop, then turn and done of each slot. */
  readonly control: Int32Array;
}

const STOP = 0;
/** The turn of a slot that no batch will be written into. */
const NOBODY = -1;
const turnOf = (slot: number): number => 1 + 2 * slot;
const doneOf = (slot: number): number => 2 + 2 * slot;

const MIN_SLOTS = 3;
const MAX_SLOTS = 16;
const BYTES = 64 * 2 ** 20;

export function createRing({ batchSize, window, firstBatch }: InputPass, channels: number): Ring {
  const length = batchSize * window.width * window.height * channels;
  const slots = Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, Math.floor(BYTES / length)));
  const each = <T>(make: (slot: number) => T): T[] => Array.from({ length: slots }, (_, slot) => make(slot));
  const control = new Int32Array(new SharedArrayBuffer(4 * (1 + 2 * slots)));
  for (let batch = firstBatch; batch < firstBatch + slots; batch += 1) control[turnOf(batch % slots)] = batch;
  return {
    pixels: each(() => new Uint8Array(new SharedArrayBuffer(length))),
    places: each(() => new Int32Array(new SharedArrayBuffer(4 * batchSize))),
    control,
  };
}

/** For the trainer: whether a batch can be taken without waiting. */
export function isWhole({ control, pixels }: Ring, pass: InputPass, batch: number): boolean {
  return Atomics.load(control, doneOf(batch % pixels.length)) >= countRows(pass, batch);
}

/** For the trainer: waits until a batch is whole. */
export async function waitForBatch({ control, pixels }: Ring, pass: InputPass, batch: number): Promise<void> {
  const place = doneOf(batch % pixels.length);
  const rows = countRows(pass, batch);
  for (;;) {
    // Waits for a change of this very value: one that was loaded later might be the last.
    const done = Atomics.load(control, place);
    if (done >= rows) return;
    const waiting = Atomics.waitAsync(control, place, done);
    if (waiting.async) await waiting.value;
  }
}

/** For the trainer: lets the threads write the slot of a batch again, as soon as they are awake. */
export function releaseBatch({ control, pixels }: Ring, batch: number): void {
  const slot = batch % pixels.length;
  Atomics.store(control, doneOf(slot), 0);
  Atomics.store(control, turnOf(slot), batch + pixels.length);
}

/** For the trainer: wakes threads that wait for a slot that was released. */
export function wakeThreads({ control, pixels }: Ring): void {
  for (let slot = 0; slot < pixels.length; slot += 1) Atomics.notify(control, turnOf(slot));
}

export function stopRing({ control, pixels }: Ring): void {
  Atomics.store(control, STOP, 1);
  for (let slot = 0; slot < pixels.length; slot += 1) {
    // Changed as well as told: a thread may be about to wait for what it has just read.
    Atomics.store(control, turnOf(slot), NOBODY);
    Atomics.notify(control, turnOf(slot));
  }
}

export const isStopped = ({ control }: Ring): boolean => Atomics.load(control, STOP) !== 0;

/** For a thread: waits until a batch may be written. @returns its slot, or undefined when the pass was given up. */
export async function waitForTurn(ring: Ring, batch: number): Promise<number | undefined> {
  const { control, pixels } = ring;
  const slot = batch % pixels.length;
  for (;;) {
    const turn = Atomics.load(control, turnOf(slot));
    if (isStopped(ring)) return undefined;
    if (turn === batch) return slot;
    const waiting = Atomics.waitAsync(control, turnOf(slot), turn);
    if (waiting.async) await waiting.value;
  }
}

/** For a thread: one more row is written. */
export function countRow({ control, pixels }: Ring, pass: InputPass, batch: number): void {
  const place = doneOf(batch % pixels.length);
  if (Atomics.add(control, place, 1) + 1 === countRows(pass, batch)) Atomics.notify(control, place);
}

/** Rows of a pass that are one thread's to fill, in order: neighbours, as they may show the same image. */
export function* sharesOf(
  pass: InputPass,
  thread: number,
  threads: number,
): Generator<{ readonly batch: number; readonly row: number }> {
  const batches = countBatches(pass);
  for (let batch = pass.firstBatch; batch < batches; batch += 1) {
    const rows = countRows(pass, batch);
    const end = Math.floor(((thread + 1) * rows) / threads);
    for (let row = Math.floor((thread * rows) / threads); row < end; row += 1) yield { batch, row };
  }
}
