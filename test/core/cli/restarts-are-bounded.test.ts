import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createInterrupts } from '../../../cli/interrupts.ts';
import { RESTARTS, restartDelayMs } from '../../../cli/local/restart-policy.ts';

test('a first death is answered at once, the eleventh within five minutes not at all', () => {
  expect(restartDelayMs([0], 0, 0.9)).toBe(0);
  const deaths = Array.from({ length: RESTARTS.max + 1 }, (_, i) => i * 1000);
  expect(restartDelayMs(deaths.slice(0, -1), 9_000, 0.9)).toBeTypeOf('number');
  expect(restartDelayMs(deaths, 10_000, 0.9)).toBeUndefined();
  expect(restartDelayMs(deaths, 10_000 + RESTARTS.withinMs, 0.9)).toBe(0);
});

test('a delay never exceeds ten seconds, whatever happened', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(600_000), { maxLength: 30 }),
      fc.nat(600_000),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (deaths, now, random) => {
        const delay = restartDelayMs(deaths, now, random);
        expect(delay === undefined || (delay >= 0 && delay <= 10_000)).toBe(true);
      },
    ),
  );
});

test('a signal that arrives twice at once is one interrupt; a later one forces', () => {
  let now = 100;
  const interrupts = createInterrupts(() => now);
  interrupts.receive('SIGINT');
  now += 5;
  interrupts.receive('SIGINT');
  expect([interrupts.signal.aborted, interrupts.force.aborted]).toEqual([true, false]);
  expect(interrupts.signal.reason).toMatchObject({ message: 'Interrupted by SIGINT.' });
  now += 1_000;
  interrupts.receive('SIGTERM');
  expect(interrupts.force.aborted).toBe(true);
});
