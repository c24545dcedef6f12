import { type CaughtBug, catchBug } from '../check/catch-bugs.ts';
import { type FlawName, NO_FLAWS, withFlaw } from '../check/planted-bugs.ts';
import type { Simulator } from '../run-seed.ts';
import { type SeedSummary, summarise } from '../summary.ts';

/** A share of the work, for one process. */
export type Task =
  | {
      readonly kind: 'seeds';
      readonly first: number;
      readonly count: number;
      readonly planted?: FlawName;
      readonly twice: boolean;
    }
  | { readonly kind: 'bug'; readonly name: FlawName };

export type Done =
  | { readonly kind: 'seeds'; readonly summaries: readonly SeedSummary[] }
  | { readonly kind: 'bug'; readonly caught: CaughtBug };

export async function doTask(simulator: Simulator, task: Task): Promise<Done> {
  if (task.kind === 'bug') return { kind: 'bug', caught: await catchBug(simulator, task.name) };
  const flaws = task.planted ? withFlaw(task.planted) : NO_FLAWS;
  const summaries: SeedSummary[] = [];
  for (let seed = task.first; seed < task.first + task.count; seed++) {
    const summary = summarise(seed, await simulator.run(seed, { flaws }));
    summaries.push(task.twice ? compared(summary, summarise(seed, await simulator.run(seed, { flaws }))) : summary);
  }
  return { kind: 'seeds', summaries };
}

/** The same seed twice: any difference is randomness or time that nobody passed in (I4). */
function compared(first: SeedSummary, second: SeedSummary): SeedSummary {
  if (first.trace === second.trace) return first;
  const violation = { promise: 'I4 a seed gives one run', message: `two runs of seed ${first.seed} differ`, at: 0 };
  return { ...first, violations: [...first.violations, violation] };
}
