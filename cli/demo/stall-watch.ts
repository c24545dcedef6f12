import { TickworkError } from '../../core/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { SweepProgress } from '../render/sweep-progress.ts';

export interface StallWatch {
  seen(progress: SweepProgress): void;
  /** Rejects when nothing of the sweep has moved for STALLED_AFTER_MS. */
  readonly stalled: Promise<never>;
  close(): void;
}

/** A training step takes milliseconds; when no step is made for so long, nothing will come any more. */
export const STALLED_AFTER_MS = 300_000;
const LOOK_EVERY_MS = 5_000;

/** Ends a demo that would otherwise wait for ever. @param stateDir where the logs are. */
export function createStallWatch(clock: Clock, stateDir: string): StallWatch {
  const closed = new AbortController();
  let last = '';
  let movedAt = clock.now();

  async function watch(): Promise<never> {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, closed.signal);
      // Never settles once closed; nobody waits for it then.
      if (closed.signal.aborted) return new Promise<never>(() => {});
      if (clock.now() - movedAt < STALLED_AFTER_MS) continue;
      throw new TickworkError(
        'INTERNAL',
        `Expected a trial to make a step, got none for ${STALLED_AFTER_MS / 60_000} minutes. The logs are in ${stateDir}/logs; --state-dir DIR keeps them.`,
      );
    }
  }
  const stalled = watch();
  stalled.catch(() => {});

  return {
    stalled,
    close: () => closed.abort(),
    seen({ sweep, active }) {
      const moving = active.map(({ cell, attempt, state, progress }) => [cell, attempt, state, progress?.step]);
      const now = JSON.stringify([sweep.counts, moving]);
      if (now !== last) movedAt = clock.now();
      last = now;
    },
  };
}
