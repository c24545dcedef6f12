import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Done, Task } from './tasks.ts';

const ENTRY = fileURLToPath(new URL('./process/main.js', import.meta.url));

/** Does the tasks in `jobs` processes, in any order. @throws Error when a process ends before its task. */
export async function doTasks(tasks: readonly Task[], jobs: number, onDone: (done: Done) => void): Promise<void> {
  const waiting = [...tasks];

  function work(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = fork(ENTRY, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const next = (): void => {
        const task = waiting.shift();
        if (task) child.send(task);
        else child.disconnect();
      };
      child.on('message', (done) => {
        onDone(done as Done);
        next();
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`Expected a simulating process to finish, got exit code ${code}.`)),
      );
      next();
    });
  }
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
}
