import { expect, test } from 'vitest';
import { brokenPromises } from '../support/simulated-seeds.ts';

/** Half of the seeds of CI: vitest gives each file a core. */
test('seeds 1001 to 2000 break no promise', async () => {
  expect(await brokenPromises(1001, 2000)).toEqual([]);
});
