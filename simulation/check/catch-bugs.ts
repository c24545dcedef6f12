import type { Simulator } from '../run-seed.ts';
import { type FlawName, withFlaw } from './planted-bugs.ts';

export interface CaughtBug {
  readonly name: FlawName;
  /** The first seed that shows it, and what it breaks there; undefined when no seed did. */
  readonly by?: { readonly seed: number; readonly promise: string; readonly message: string };
}

/** Seeds within which every planted bug is to be caught. */
export const SEEDS_FOR_A_BUG = 200;

/** Plants one bug and runs seeds from 1 on until the checker complains. */
export async function catchBug(simulator: Simulator, name: FlawName, seeds = SEEDS_FOR_A_BUG): Promise<CaughtBug> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { checker } = await simulator.run(seed, { flaws: withFlaw(name) });
    const [violation] = checker.violations.all;
    if (violation) return { name, by: { seed, promise: violation.promise, message: violation.message } };
  }
  return { name };
}
