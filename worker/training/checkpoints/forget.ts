import { readdir } from 'node:fs/promises';
import { removeCheckpoints, trialsFolder } from './folders.ts';

/**
 * Forgets the checkpoints of one cell after another. Most cells have none, so the folder is read once for all that ended while it
 * was read before: at thousands of trials a second to ask for each would cost more than the trials.
 * @returns a function that resolves when a cell's checkpoints are gone, and rejects when the disk refuses.
 */
export function createForgetter(root: string): (cell: string) => Promise<void> {
  let waiting = new Set<string>();
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();

  async function pass(): Promise<void> {
    await running.catch(() => undefined);
    const cells = waiting;
    waiting = new Set();
    next = undefined;
    running = remove(cells);
    await running;
  }

  async function remove(cells: ReadonlySet<string>): Promise<void> {
    const found = await readdir(trialsFolder(root)).catch((): string[] => []);
    await Promise.all(found.filter((cell) => cells.has(cell)).map((cell) => removeCheckpoints(root, cell)));
  }

  return (cell) => {
    waiting.add(cell);
    return (next ??= pass());
  };
}
