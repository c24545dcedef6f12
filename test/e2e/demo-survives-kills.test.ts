import { expect, test } from 'vitest';
import { type DemoProcess, fixture, startDemo } from '../support/demo-process.ts';

interface Outcome {
  readonly sweep: { readonly state: string };
  readonly table: {
    readonly complete: boolean;
    readonly rows: readonly { readonly n: number; readonly expected: number }[];
  };
  readonly trials: readonly { readonly cell: number; readonly state: string }[];
}

/** Kills a process of the demo once a trial has trained for an epoch, and waits for the end of it all. */
async function demoWithKill(victim: string): Promise<{ readonly demo: DemoProcess; readonly outcome: Outcome }> {
  const demo = await startDemo(['--study', fixture('short-study.yaml'), '--json']);
  try {
    const pid = (await demo.processes()).get(victim);
    await demo.printed(/epoch 2\/3/);
    process.kill(pid as number, 'SIGKILL');
    await demo.printed(new RegExp(`^${victim} died \\(SIGKILL\\); starting it again`, 'm'));
    expect(await demo.exited, demo.stderr()).toBe(0);
    return { demo, outcome: JSON.parse(demo.stdout()) as Outcome };
  } catch (error) {
    await demo[Symbol.asyncDispose]();
    throw error;
  }
}

test.each(['coordinator', 'worker-1', 'nats-server'])(
  'kill -9 of %s in the middle: the table is complete, every cell exactly once',
  async (victim) => {
    const { demo, outcome } = await demoWithKill(victim);
    await using _ = demo;
    expect(demo.stderr()).toContain(`${victim} is back`);
    expect(outcome.sweep.state).toBe('SWEEP_STATE_COMPLETED');
    expect(outcome.trials.map((trial) => trial.cell)).toEqual([0, 1, 2, 3]);
    expect(outcome.trials.every((trial) => trial.state === 'TRIAL_STATE_SUCCEEDED')).toBe(true);
    expect(outcome.table).toMatchObject({
      complete: true,
      rows: [
        { n: 2, expected: 2 },
        { n: 2, expected: 2 },
      ],
    });
    expect(await demo.leftProcesses()).toEqual([]);
    expect(demo.leftFiles()).toEqual([]);
  },
);
