// `npm run bench -- NAME [OPTIONS]`: compiles what is there and runs one benchmark. Plain JavaScript, because it runs before `npm ci`.
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
  await runStep('Compiling the benchmarks', process.execPath, [compiler, '-p', root], {
    cwd: root,
    timeoutMs: BUILD_LIMIT_MS,
  });
});
const { status } = spawnSync(process.execPath, [join(root, 'dist/bench/main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
});
process.exitCode = status ?? 1;
