import { scheduler } from 'node:timers/promises';
import type { Logger } from '../runtime/logger.ts';
import { createLogger } from '../runtime/logger.ts';
import { type Flaws, NO_FLAWS } from './check/planted-bugs.ts';
import { drawPlan, type Fault } from './faults/plan.ts';
import { createWorkCodec, type WorkCodec } from './network/work-messages.ts';
import { runWorld, type WorldEnd } from './world.ts';

/** Runs seeds; what is slow to make is made once. */
export interface Simulator {
  run(
    seed: number,
    options?: { readonly flaws?: Flaws; readonly plan?: readonly Fault[]; readonly tell?: (line: string) => void },
  ): Promise<WorldEnd>;
}

export function createSimulator(): Simulator {
  const codec: WorkCodec = createWorkCodec();
  const logger: Logger = createLogger('simulation', 'silent');
  return {
    async run(seed, { flaws = NO_FLAWS, plan = drawPlan(seed), tell } = {}) {
      // Half of the time would go into stack traces of aborts that nobody reads.
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      try {
        return await runWorld({ seed, plan, flaws, codec, logger, ...(tell ? { tell } : {}) });
      } finally {
        Error.stackTraceLimit = limit;
        // A world never lets Node have its turn, and without one the abandoned promises of the dead are never collected.
        await scheduler.yield();
      }
    },
  };
}
