import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { StepFailed } from '../bootstrap/step.mjs';

/** Put into the environment of everything the tests start, so that it can be found afterwards. */
export const RUN_MARK = 'TICKWORK_TEST_RUN';

const PATIENCE_MS = 10_000;

/** Fails when a process that carries the mark outlives the tests, and ends it. Linux only; elsewhere there is nothing to read. */
export async function noProcessIsLeft(mark) {
  const giveUpAt = Date.now() + PATIENCE_MS;
  let left = marked(mark);
  while (left.length > 0 && Date.now() < giveUpAt) {
    await delay(200);
    left = marked(mark);
  }
  if (left.length === 0) return;
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  throw new StepFailed(
    `Left running by the tests, now ended:\n${left.map(({ pid, command }) => `  ${pid} ${command}`).join('\n')}`,
  );
}

function marked(mark) {
  return listing('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => contents(`/proc/${name}/environ`).split('\0').includes(`${RUN_MARK}=${mark}`))
    .map((name) => ({ pid: Number(name), command: contents(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== '');
}

function listing(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function contents(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
