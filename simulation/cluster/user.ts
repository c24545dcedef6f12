import { levelCount } from '../../core/study/levels.ts';
import type { Checker } from '../check/checker.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import { ask } from './client.ts';
import type { CoordinatorSite } from './coordinator-site.ts';
import { drawStudy } from './study.ts';

/** The person who submits sweeps, and gives some up. */
export interface User {
  submit(name: string, cancelAfterMs?: number): void;
  cancel(sweepId: string): void;
  /** Commands that nobody has answered yet. */
  readonly waiting: number;
}

export interface UserDeps {
  readonly process: Process;
  readonly coordinators: readonly CoordinatorSite[];
  readonly checker: Checker;
  /** Draws the studies. */
  readonly random: Random;
}

export function createUser({ process, coordinators, checker, random }: UserDeps): User {
  let waiting = 0;

  async function command(run: () => Promise<void>): Promise<void> {
    waiting++;
    await run();
    waiting--;
  }

  async function submit(name: string, cancelAfterMs?: number): Promise<void> {
    const { study, yaml } = drawStudy(name, random);
    const total = study.factors.reduce((product, factor) => product * levelCount(factor), study.seeds.length);
    const requestId = `submit ${name}`;
    const command = { type: 'submit-sweep', requestId, study, studyYaml: yaml, total } as const;
    const sweepId = await ask(process, coordinators, command);
    if (sweepId === undefined || !checker.log.state.sweeps.has(sweepId))
      checker.violations.add('I2 what was accepted is in the log', `${name} was accepted as ${sweepId}`);
    if (cancelAfterMs === undefined || sweepId === undefined) return;
    await process.wait(cancelAfterMs);
    await cancel(sweepId);
  }

  async function cancel(sweepId: string): Promise<void> {
    await ask(process, coordinators, { type: 'cancel-sweep', requestId: `cancel ${sweepId}`, sweepId });
  }

  return {
    submit: (name, cancelAfterMs) => void command(() => submit(name, cancelAfterMs)),
    cancel: (sweepId) => void command(() => cancel(sweepId)),
    get waiting() {
      return waiting;
    },
  };
}
