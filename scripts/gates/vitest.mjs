import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STOP_GRACE_MS = 15_000;

/**
 * Runs vitest with its output on this terminal.
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} by its own report; a crash, a file that could not
 * be loaded and an error outside of every test are failures too.
 */
export async function runVitest(root, args, { timeoutMs, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'tickwork-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const command = [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ];
    const code = await runToEnd(command, { cwd: root, env, timeoutMs });
    const counted = count(report);
    if (code !== 0 && counted.failed === 0) counted.failed = 1;
    return counted;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runToEnd(command, { cwd, env, timeoutMs }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
    const stop = (why) => {
      process.stderr.write(`${why}\n`);
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS).unref();
    };
    const late = setTimeout(() => stop(`The tests did not end within ${timeoutMs / 60_000} minutes.`), timeoutMs);
    const onSignal = () => stop('Interrupted.');
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, onSignal);
    child.once('error', () => resolve(1));
    child.once('exit', (code) => {
      clearTimeout(late);
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, onSignal);
      resolve(code ?? 1);
    });
  });
}

function count(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
