import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tickworkDashboardJson } from './dashboard.ts';

/**
 * `npx tsc -p . && node dist/deploy/grafana/build.js` writes deploy/grafana/dashboards/tickwork.json;
 * with `--check` it only says whether the committed file is the generated one (exit code 1 when not).
 * Run it in the root of the repository.
 */
const file = join(process.cwd(), 'deploy/grafana/dashboards/tickwork.json');
const json = tickworkDashboardJson();

if (!process.argv.includes('--check')) {
  writeFileSync(file, json);
  process.stdout.write(`Wrote ${file}\n`);
} else if (readFileSync(file, 'utf8') !== json) {
  process.stderr.write(
    `Expected ${file} to be the generated dashboard, got other text. Run node dist/deploy/grafana/build.js\n`,
  );
  process.exitCode = 1;
}
