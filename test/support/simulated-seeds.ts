import { createSimulator } from '../../simulation/run-seed.ts';

/** Runs seeds `first` to `last` and says of each that broke a promise what and how to see it again. */
export async function brokenPromises(first: number, last: number): Promise<readonly string[]> {
  const simulator = createSimulator();
  const broken: string[] = [];
  for (let seed = first; seed <= last; seed++) {
    const { checker } = await simulator.run(seed);
    for (const { promise, message } of checker.violations.all)
      broken.push(`seed ${seed}: ${promise}: ${message} (npm run simulate -- --seed ${seed})`);
  }
  return broken;
}
