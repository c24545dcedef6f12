import { median } from '../medians.ts';
import type { Contender } from './contender.ts';

export interface Timing {
  readonly msPerStep: number;
  /** The median of each round, in order: how much the machine moved meanwhile. */
  readonly rounds: readonly number[];
}

export interface RoundOptions {
  readonly rounds: number;
  readonly steps: number;
  readonly warmUps: number;
}

/** Every contender runs in every round, one after the other, so that a busy minute hurts all of them alike. */
export async function interleave(
  contenders: ReadonlyMap<string, Contender>,
  { rounds, steps, warmUps }: RoundOptions,
): Promise<ReadonlyMap<string, Timing>> {
  const medians = new Map<string, number[]>([...contenders.keys()].map((name) => [name, []]));
  for (const contender of contenders.values()) await contender.round(warmUps);
  for (let round = 0; round < rounds; round++) {
    const order = [...contenders];
    // Nobody always runs after the same neighbour.
    if (round % 2 === 1) order.reverse();
    for (const [name, contender] of order) {
      // The first step after a pause wakes threads and caches.
      await contender.round(1);
      medians.get(name)?.push(median(await contender.round(steps)));
    }
  }
  return new Map([...medians].map(([name, each]) => [name, { msPerStep: median(each), rounds: each }]));
}
