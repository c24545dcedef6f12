import { describe, expect, test } from 'vitest';
import { withFlaw } from '../../simulation/check/planted-bugs.ts';
import { drawPlan } from '../../simulation/faults/plan.ts';
import { shrinkPlan } from '../../simulation/faults/shrink.ts';
import { createSimulator } from '../../simulation/run-seed.ts';

const simulator = createSimulator();

describe('a seed', () => {
  test('gives the same run every time, to the last event', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [first, second] = [await simulator.run(seed), await simulator.run(seed)];
      expect([seed, second.trace, second.steps]).toEqual([seed, first.trace, first.steps]);
    }
  });

  test('is replayed with fewer faults, and the fewest that still fail are found', async () => {
    const flaws = withFlaw('outboxNotRead');
    const seed = 6;
    const fails = async (plan: ReturnType<typeof drawPlan>): Promise<boolean> =>
      (await simulator.run(seed, { flaws, plan })).checker.violations.all.length > 0;
    const shortest = await shrinkPlan(drawPlan(seed), fails);
    expect(shortest.length).toBeLessThan(drawPlan(seed).length);
    expect(shortest.map(({ kind }) => kind).some((kind) => kind.startsWith('worker'))).toBe(true);
    expect(await fails(shortest)).toBe(true);
    for (const fault of shortest) expect(await fails(shortest.filter((other) => other !== fault))).toBe(false);
  });
});
