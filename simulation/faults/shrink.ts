import type { Fault } from './plan.ts';

/** Runs that one shrinking may take. */
const MOST_RUNS = 150;

/**
 * A shorter plan that still fails: halves, quarters, ... single faults are left out as long as the rest fails (after delta
 * debugging, Zeller & Hildebrandt 2002, without its complement step).
 * @param fails whether a plan still breaks a promise.
 */
export async function shrinkPlan(
  plan: readonly Fault[],
  fails: (plan: readonly Fault[]) => Promise<boolean>,
): Promise<readonly Fault[]> {
  let shortest = plan;
  let runs = 0;
  for (let size = Math.ceil(plan.length / 2); size >= 1; ) {
    let shrunk = false;
    for (let start = 0; start < shortest.length && runs < MOST_RUNS; ) {
      const rest = shortest.filter((_, index) => index < start || index >= start + size);
      runs++;
      if (await fails(rest)) {
        shortest = rest;
        shrunk = true;
      } else {
        start += size;
      }
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shrunk || runs >= MOST_RUNS) break;
  }
  return shortest;
}
