import { expect, test } from 'vitest';
import { createStallWatch, STALLED_AFTER_MS } from '../../../cli/demo/stall-watch.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { counts, sweep, trial } from '../../support/cli-messages.ts';

/** Time passes only while somebody sleeps. */
function sleepingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      // A turn of the event loop, so that the test can act in between.
      await new Promise((resolve) => setImmediate(resolve));
      if (!signal?.aborted) now += ms;
    },
  };
}

const view = (step: number) => ({
  sweep: sweep({ counts: counts({ running: 1 }) }),
  active: [trial(0, { progress: { trainEpoch: 1, trainEpochs: 3, step, steps: 100, phase: 'training' } })],
  finished: [],
});

test('a sweep that makes no step for five minutes is given up, with where to look', async () => {
  const watch = createStallWatch(sleepingClock(), '/state');
  watch.seen(view(1));
  await expect(watch.stalled).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('/state/logs'),
  });
});

test('every step counts, a repeated view does not', async () => {
  const clock = sleepingClock();
  const watch = createStallWatch(clock, '/state');
  let ended = false;
  watch.stalled.catch(() => {
    ended = true;
  });
  for (let step = 0; clock.now() < 3 * STALLED_AFTER_MS; step++) {
    watch.seen(view(step));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ended).toBe(false);
  while (!ended) {
    watch.seen(view(0.5));
    await new Promise((resolve) => setImmediate(resolve));
  }
  watch.close();
});
