import { afterEach, expect, test, vi } from 'vitest';
import { createSteadyClock } from '../../../runtime/clock.ts';

afterEach(() => void vi.restoreAllMocks());

/** Found by the simulation: a clock set back by a minute ended the leases of workers that had just been heard. */
test('a steady clock begins with the time of the system and does not follow when that is set', () => {
  const before = Date.now();
  const clock = createSteadyClock();
  const first = clock.now();
  expect(first).toBeGreaterThanOrEqual(before - 1);
  for (const jump of [-600_000, 600_000]) {
    const real = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(real + jump);
    expect(clock.now() - first).toBeGreaterThanOrEqual(0);
    expect(clock.now() - first).toBeLessThan(300_000);
    vi.restoreAllMocks();
  }
});
