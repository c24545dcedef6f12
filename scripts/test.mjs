// `npm test`: everything under test, on a fresh clone too. Ends with one line `N passed, N failed`; lint, types and the other
// gates count as a test each. Plain JavaScript, because it runs before `npm ci`.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';
import { nodeVersionProblem } from './bootstrap/node-version.mjs';
import { ensurePackages } from './bootstrap/packages.mjs';
import { StepFailed } from './bootstrap/step.mjs';
import { gates, runGates } from './gates/gates.mjs';
import { noProcessIsLeft, RUN_MARK } from './gates/leftover-processes.mjs';
import { ensureSystemPackages } from './gates/system-packages.mjs';
import { runVitest } from './gates/vitest.mjs';

const VITEST_LIMIT_MS = 22 * 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const mark = randomUUID();
const env = {
  ...process.env,
  [RUN_MARK]: mark,
  PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin`,
  // ONNX Runtime's builds report to their maker unless told not to.
  ORT_DISABLE_TELEMETRY: '1',
};

const preparations = [
  {
    name: 'Node.js',
    run: async () => {
      const problem = nodeVersionProblem();
      if (problem !== undefined) throw new StepFailed(problem);
    },
  },
  { name: 'npm packages', run: () => ensurePackages(root) },
  { name: 'build', run: () => ensureBuilt(root) },
  { name: 'system packages', run: () => ensureSystemPackages() },
];

let passed = 0;
let failed = 0;
let skipped = 0;
const add = (counted) => {
  passed += counted.passed;
  failed += counted.failed;
  skipped += counted.skipped ?? 0;
};

for (const step of preparations) {
  if (failed === 0) add(await runGates([step]));
}
if (failed === 0) {
  add(await runGates(gates(root)));
  add(await runVitest(root, process.argv.slice(2), { timeoutMs: VITEST_LIMIT_MS, env }));
  add(await runGates([{ name: 'no process left', run: () => noProcessIsLeft(mark) }]));
}
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
