import { systemClock } from '../../runtime/clock.ts';
import { NO_FLAWS } from '../../simulation/check/planted-bugs.ts';
import { createDisk } from '../../simulation/disk/disk.ts';
import { createRandom } from '../../simulation/random.ts';
import { createMachine } from '../../simulation/time/machine.ts';
import { createProcess } from '../../simulation/time/process.ts';
import { createScheduler } from '../../simulation/time/scheduler.ts';
import type { Folder } from '../../worker/outbox/folder.ts';
import { openNodeFolder } from '../../worker/outbox/node-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** One directory, opened again and again. */
export interface FolderBench extends AsyncDisposable {
  open(): Promise<Folder>;
  /** Lets what was asked for happen: virtual time passes only when it is told to. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface FolderAdapter {
  readonly name: string;
  create(): Promise<FolderBench>;
}

export const nodeAdapter: FolderAdapter = {
  name: 'Node',
  async create() {
    const folder = await temporaryFolder();
    return {
      open: () => openNodeFolder(folder.path, systemClock),
      during: (work) => work(),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
};

export const simulatedAdapter: FolderAdapter = {
  name: 'simulation',
  async create() {
    const scheduler = createScheduler();
    const random = createRandom(1, 'contract');
    const machine = createMachine(scheduler, 'worker', 1, 0);
    const disk = createDisk({ random, flaws: NO_FLAWS });
    return {
      open: async () => disk.open(createProcess(scheduler, machine, 'worker', random)),
      async during(work) {
        const done = work();
        await scheduler.run();
        return done;
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
