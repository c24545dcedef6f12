import { expect, test } from 'vitest';
import { catchBug, SEEDS_FOR_A_BUG } from '../../simulation/check/catch-bugs.ts';
import { FLAW_NAMES } from '../../simulation/check/planted-bugs.ts';
import { createSimulator } from '../../simulation/run-seed.ts';

const simulator = createSimulator();

test.each(FLAW_NAMES)(`%s is caught within ${SEEDS_FOR_A_BUG} seeds`, async (name) => {
  const { by } = await catchBug(simulator, name);
  expect(by).toBeDefined();
});
