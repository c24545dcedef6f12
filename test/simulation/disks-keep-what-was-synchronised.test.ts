import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_FLAWS } from '../../simulation/check/planted-bugs.ts';
import { createDisk } from '../../simulation/disk/disk.ts';
import { createRandom } from '../../simulation/random.ts';
import { createMachine } from '../../simulation/time/machine.ts';
import { createProcess, type Process } from '../../simulation/time/process.ts';
import { createScheduler } from '../../simulation/time/scheduler.ts';
import type { Folder } from '../../worker/outbox/folder.ts';

function createMachineWithDisk(seed: number) {
  const scheduler = createScheduler();
  const random = createRandom(seed, 'disk');
  const machine = createMachine(scheduler, 'worker', 1, 0);
  const disk = createDisk({ random, flaws: NO_FLAWS });
  async function life(work: (folder: Folder, process: Process) => Promise<void>): Promise<void> {
    const process = createProcess(scheduler, machine, 'worker', random);
    const done = work(disk.open(process), process);
    await scheduler.run();
    if (process.alive) await done;
    process.kill();
  }
  return { disk, life };
}

describe('a disk of the simulation', () => {
  test('keeps after a loss of power what was synchronised, and of the rest nobody knows how much or what', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.string(), fc.string(), async (seed, safe, unsafe) => {
        const { disk, life } = createMachineWithDisk(seed);
        await life(async (folder) => {
          const file = await folder.create('a');
          if (safe.length > 0) await file.write(Buffer.from(safe));
          await file.datasync();
          await folder.sync();
          if (unsafe.length > 0) await file.write(Buffer.from(unsafe));
        });
        disk.losePower();
        await life(async (folder) => {
          const found = await folder.read('a');
          const sure = Buffer.from(safe);
          expect(found.subarray(0, sure.length)).toEqual(sure);
          expect(found.length).toBeLessThanOrEqual(Buffer.from(safe + unsafe).length);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('may forget a renamed file whose folder was not synchronised', async () => {
    const names = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const { disk, life } = createMachineWithDisk(seed);
      await life(async (folder) => {
        await folder.create('draft');
        await folder.sync();
        await folder.rename('draft', 'final');
      });
      disk.losePower();
      await life(async (folder) => void names.add((await folder.list()).join()));
    }
    expect([...names].sort()).toEqual(['draft', 'final']);
  });

  test('loses nothing with a process that is killed', async () => {
    const { disk, life } = createMachineWithDisk(1);
    await life(async (folder, process) => {
      await (await folder.create('a')).write(Buffer.from('written'));
      process.kill();
    });
    await life(async (folder) => expect(await folder.read('a')).toEqual(Buffer.from('written')));
    expect(disk.files()).toHaveLength(1);
  });

  test('takes a part of a write or nothing while it is full', async () => {
    const { disk, life } = createMachineWithDisk(3);
    await life(async (folder) => {
      const file = await folder.create('a');
      disk.full = true;
      const written = await file.write(Buffer.from('0123456789')).catch(() => 0);
      expect(written).toBeLessThan(10);
      disk.full = false;
      expect((await folder.read('a')).length).toBe(written);
    });
  });
});
