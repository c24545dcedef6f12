// Runs one slow command quietly: a line before it, the end of its output only when it fails. Plain JavaScript without
// dependencies, because it runs before `npm ci`.
import { spawn } from 'node:child_process';

const KEPT_OUTPUT = 20_000;

/** A failed step; its message is written for the person at the terminal. */
export class StepFailed extends Error {}

/**
 * @param {string} title what the line says, for example `Building`.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, timeoutMs: number, env?: Record<string, string | undefined>, advice?: string }} options
 * @returns {Promise<void>} rejects with StepFailed. A signal to this process ends the command, then this process.
 */
export async function runStep(title, file, args, { cwd, timeoutMs, env = process.env, advice = '' }) {
  process.stderr.write(`${title} …\n`);
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  const stopWith = (code) => () => {
    child.kill('SIGTERM');
    process.exit(code);
  };
  const onSignal = { SIGINT: stopWith(130), SIGTERM: stopWith(143) };
  for (const [signal, listener] of Object.entries(onSignal)) process.on(signal, listener);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const problem = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `exit ${code ?? signal}`));
  });
  clearTimeout(timer);
  for (const [signal, listener] of Object.entries(onSignal)) process.off(signal, listener);
  if (problem === undefined) return;
  const why = late ? `it did not end within ${timeoutMs / 1000} s` : problem;
  throw new StepFailed(
    `${output.trimEnd()}\n${title}: \`${[file, ...args].join(' ')}\` failed: ${why}. ${advice}`.trim(),
  );
}
