// `npm run check`: lint, types and the pure tests, in some seconds.
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './bootstrap/packages.mjs';
import { reportFailure } from './bootstrap/report-failure.mjs';
import { gates, runGates } from './gates/gates.mjs';
import { runVitest } from './gates/vitest.mjs';

const LIMIT_MS = 5 * 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
await reportFailure(() => ensurePackages(root));
const fast = await runGates(gates(root));
const tests = await runVitest(root, ['--project', 'core'], { timeoutMs: LIMIT_MS, env: process.env });
const failed = fast.failed + tests.failed;
process.stdout.write(`${fast.passed + tests.passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
