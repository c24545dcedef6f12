import { TickworkError } from '../core/errors.ts';

/** Loops that run for as long as the coordinator does. */
export interface Background {
  /** Rejects when a loop has failed or stopped by itself. Never resolves before stop(). */
  readonly failed: Promise<void>;
  /** Aborts the loops' signal. */
  stop(): void;
  /** Resolves when all have ended, whatever became of them. */
  readonly ended: Promise<void>;
}

/** @param ledgerFailed says why the ledger ended; a loop only notices that it has. */
export function runInBackground(
  loops: readonly ((signal: AbortSignal) => Promise<void>)[],
  ledgerFailed: Promise<never>,
): Background {
  const stopping = new AbortController();

  async function run(loop: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await loop(stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      throw error instanceof TickworkError && error.code === 'NOT_READY' ? await ledgerFailed : error;
    }
    if (!stopping.signal.aborted)
      throw new Error('Expected a background loop to run until the end, got one that stopped.');
  }

  const running = loops.map(run);
  const failed = Promise.all(running).then(() => undefined);
  // A start that fails before anybody looks has its own error to tell.
  failed.catch(() => undefined);
  return {
    failed,
    stop: () => stopping.abort(),
    ended: Promise.allSettled(running).then(() => undefined),
  };
}
