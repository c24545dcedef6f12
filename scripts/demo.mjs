// `npm run demo`: a fresh clone and Node are enough. Plain JavaScript without dependencies, because it also runs before `npm ci`;
// what it finds missing beyond npm packages (nats-server, the data set) is looked for by cli/provision.
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';
import { nodeVersionProblem } from './bootstrap/node-version.mjs';
import { ensurePackages } from './bootstrap/packages.mjs';
import { reportFailure } from './bootstrap/report-failure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const problem = nodeVersionProblem();
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

await reportFailure(async () => {
  await ensurePackages(root);
  await ensureBuilt(root);
});

// In this process rather than a child: there is then one process to signal, and nothing to forward.
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
process.argv = [process.execPath, main, 'demo', ...process.argv.slice(2)];
await import('../dist/cli/main.js');
