import type { Scheduler } from '../../simulation/time/scheduler.ts';

/** Virtual milliseconds for each turn of Node's own loop. */
const STEP_MS = 200;

/** Lets a simulated world live while a test awaits this and that, as it would with real servers. */
export function keepTimeFlowing(scheduler: Scheduler): AsyncDisposable {
  let ended = false;
  async function flow(): Promise<void> {
    while (!ended) {
      scheduler.schedule(STEP_MS, scheduler.stop);
      await scheduler.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const flowing = flow();
  return {
    async [Symbol.asyncDispose]() {
      ended = true;
      await flowing;
    },
  };
}
