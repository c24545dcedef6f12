// `npm run fuzz -- [OPTIONS]`: compiles what is there and runs the fuzzer. Plain JavaScript, because it runs before `npm ci`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './bootstrap/packages.mjs';
import { reportFailure } from './bootstrap/report-failure.mjs';
import { runStep } from './bootstrap/step.mjs';

const BUILD_LIMIT_MS = 5 * 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
await reportFailure(async () => {
  await ensurePackages(root);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await runStep('Compiling the fuzzer', process.execPath, [compiler, '-p', root], {
    cwd: root,
    timeoutMs: BUILD_LIMIT_MS,
  });
});
const { status } = spawnSync(process.execPath, [join(root, 'dist/fuzz/main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Where Debian puts nats-server.
  env: { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin` },
});
process.exitCode = status ?? 1;
