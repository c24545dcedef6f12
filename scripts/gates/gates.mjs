// The checks besides the test suites. Each is one test in the count: it passes or it fails.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep, StepFailed } from '../bootstrap/step.mjs';

const LIMIT_MS = 5 * 60_000;

/** @returns {{ name: string, run: () => Promise<void> }[]} */
export function gates(root) {
  const node = (title, script, ...args) =>
    runStep(title, process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, timeoutMs: LIMIT_MS });
  return [
    {
      name: 'lint',
      run: () => node('Lint and format', '@biomejs/biome/bin/biome', 'check', '--max-diagnostics=50', '.'),
    },
    { name: 'types', run: () => node('Types', 'typescript/bin/tsc', '-p', '.', '--noEmit') },
    {
      name: 'types of the dashboard',
      run: () => node('Types of the dashboard', 'typescript/bin/tsc', '-p', 'dashboard'),
    },
    { name: 'generated types', run: () => generatedTypesAreCurrent(root) },
  ];
}

/** proto/generated is checked in; it must be what the .proto files give. */
async function generatedTypesAreCurrent(root) {
  const fresh = mkdtempSync(join(tmpdir(), 'tickwork-generated-'));
  try {
    const out = join(fresh, 'generated');
    await runStep('Generated types', process.execPath, [join(root, 'scripts/generate-proto.mjs'), out], {
      cwd: root,
      timeoutMs: LIMIT_MS,
    });
    const difference = folderDifference(out, join(root, 'proto/generated'));
    if (difference !== undefined) {
      throw new StepFailed(
        `proto/generated/${difference} is not what the .proto files give. Run \`npm run generate\` and commit.`,
      );
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function folderDifference(wanted, actual) {
  const [a, b] = [wanted, actual].map((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort(),
  );
  const odd = [...a.filter((file) => !b.includes(file)), ...b.filter((file) => !a.includes(file))][0];
  return odd ?? a.find((file) => !readFileSync(join(wanted, file)).equals(readFileSync(join(actual, file))));
}

/** Runs gates one after the other; tells each failure. @returns {Promise<{ passed: number, failed: number }>} */
export async function runGates(list) {
  let failed = 0;
  for (const { name, run } of list) {
    try {
      await run();
    } catch (error) {
      failed++;
      process.stderr.write(`✗ ${name}\n${error instanceof StepFailed ? error.message : error.stack}\n`);
    }
  }
  return { passed: list.length - failed, failed };
}
