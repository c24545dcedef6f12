import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../../cli/exit-codes.ts';
import { workerSignals } from '../../../cli/worker-signals.ts';

/** A command line under the test's hands: `passTime` ends the sleep that is under way. */
function commandLine(parent?: { ready(): void }) {
  const first = new AbortController();
  const second = new AbortController();
  let passTime = (): void => {};
  const clock = {
    now: () => 0,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        passTime = resolve;
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const cli = { signal: first.signal, force: second.signal, clock, ...(parent ? { parent } : {}) };
  return { cli, first, second, passTime: () => passTime() };
}

const state = ({ signal, drain }: ReturnType<typeof workerSignals>) => [signal.aborted, drain.aborted];

describe('a worker', () => {
  it('drains at SIGTERM, and ends at a second signal or after its grace', async () => {
    const patient = commandLine();
    const signals = workerSignals(patient.cli, Number.POSITIVE_INFINITY);
    patient.first.abort(new Interrupted('SIGTERM'));
    expect(state(signals)).toEqual([false, true]);
    patient.second.abort(new Interrupted('SIGTERM'));
    expect(state(signals)).toEqual([true, true]);

    const bounded = commandLine();
    const other = workerSignals(bounded.cli, 15_000);
    bounded.first.abort(new Interrupted('SIGTERM'));
    expect(state(other)).toEqual([false, true]);
    bounded.passTime();
    await Promise.resolve();
    expect(state(other)).toEqual([true, true]);
  });

  it('ends at once at Ctrl-C, without any grace, and as the child of another command', () => {
    for (const [by, graceMs, parent] of [
      ['SIGINT', 1_000, undefined],
      ['SIGTERM', 0, undefined],
      ['SIGTERM', 1_000, { ready: () => {} }],
    ] as const) {
      const { cli, first } = commandLine(parent);
      const signals = workerSignals(cli, graceMs);
      first.abort(new Interrupted(by));
      expect(state(signals)).toEqual([true, false]);
    }
  });
});
