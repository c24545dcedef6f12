import { expect, test } from 'vitest';
import { createProgressView } from '../../../cli/progress-view.ts';
import { createTerminal } from '../../../cli/terminal.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { CREATED_AT, counts, sweep, trial } from '../../support/cli-messages.ts';

/** A clock whose sleepers wake when the test says so. */
function steppedClock(): Clock & { step(ms: number): Promise<void> } {
  let now = CREATED_AT * 1000;
  let sleepers: (() => void)[] = [];
  return {
    now: () => now,
    sleep: (_, signal) =>
      new Promise((wake) => {
        sleepers.push(wake);
        signal?.addEventListener('abort', () => wake(), { once: true });
      }),
    async step(ms) {
      now += ms;
      const woken = sleepers;
      sleepers = [];
      for (const wake of woken) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const ESCAPE = '\x1b[';

function screen(env: Record<string, string> = { NO_COLOR: '1', LANG: 'C.UTF-8' }) {
  const writes: string[] = [];
  const stream = {
    isTTY: true,
    columns: 90,
    rows: 10,
    write: (text: string | Uint8Array) => writes.push(text.toString()),
  };
  const clock = steppedClock();
  return { writes, clock, view: createProgressView(createTerminal(stream, env), clock) };
}

const running = (step: number) => ({
  sweep: sweep({ counts: counts({ running: 1 }) }),
  active: [
    trial(0, { progress: { trainEpoch: 1, trainEpochs: 3, step, steps: 100, phase: 'training' } }, { startedAt: 0 }),
  ],
  finished: [],
});

test('many changes between two ticks are one write; the next one goes back over it', async () => {
  const { writes, clock, view } = screen();
  for (let step = 0; step < 50; step++) view.update(running(step));
  expect(writes).toHaveLength(0);
  await clock.step(200);
  expect(writes).toHaveLength(1);
  view.update(running(60));
  await clock.step(200);
  expect(writes).toHaveLength(2);
  expect(writes[1]?.startsWith(`${ESCAPE}2A\r${ESCAPE}0J`)).toBe(true);
  await clock.step(200);
  expect(writes).toHaveLength(2);
  await clock.step(1_000);
  expect(writes).toHaveLength(3);
  view.close();
});

test('a finished trial leaves a line above the bars, and closing leaves no bar', async () => {
  const { writes, clock, view } = screen();
  view.update(running(1));
  await clock.step(200);
  view.update({
    ...running(2),
    finished: [trial(1, { state: 'TRIAL_STATE_SUCCEEDED', metrics: [{ name: 'testError', value: 12 }] })],
  });
  expect(writes.at(-1)).toContain('A-LRN S=32 seed 1: test error 12 %\nA S=32 seed 1  ');
  view.say('a line');
  expect(writes.at(-1)).toContain('a line\nA S=32 seed 1  ');
  view.close();
  expect(writes.at(-1)).toBe(`${ESCAPE}2A\r${ESCAPE}0J`);
  const count = writes.length;
  view.close();
  expect(writes).toHaveLength(count);
});

test('NO_COLOR and TERM=dumb are respected; a locale without UTF-8 gets plain bars', async () => {
  const plain = screen({ NO_COLOR: '1' });
  plain.view.update(running(50));
  await plain.clock.step(200);
  expect(plain.writes[0]).toContain('#########---------');
  expect(plain.writes[0]).not.toContain(ESCAPE);
  const coloured = screen({ LANG: 'en_US.UTF-8' });
  coloured.view.update(running(50));
  await coloured.clock.step(200);
  expect(coloured.writes[0]).toContain(`${ESCAPE}1m`);
  const dumb = screen({ TERM: 'dumb' });
  dumb.view.update(running(50));
  expect(dumb.writes[0]).toBe('A S=32 seed 1: started on worker-1\n');
  for (const { view } of [plain, coloured, dumb]) view.close();
});
