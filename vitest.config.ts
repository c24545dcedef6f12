import { defineConfig } from 'vitest/config';

/** One project for each folder of test/, run one after the other. Two cores are what a contributor's machine is sure to have. */
const project = (name: string, groupOrder: number, testTimeout: number, more: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    pool: 'forks' as const,
    maxWorkers: 2,
    sequence: { groupOrder },
    testTimeout,
    hookTimeout: testTimeout,
    ...more,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('core', 0, 20_000),
      project('dashboard', 1, 20_000),
      project('contract', 2, 60_000),
      // A file for each core; on a busy machine a thousand seeds take minutes.
      project('simulation', 3, 300_000),
      project('integration', 4, 90_000),
      // These train, and they start the compiled command.
      project('e2e', 5, 300_000, { maxWorkers: 1, globalSetup: ['scripts/vitest-global-setup.mjs'] }),
      // Half a minute of faults each, and as long as it takes to recover from them.
      project('chaos', 6, 600_000, { maxWorkers: 1 }),
    ],
  },
});
