#!/usr/bin/env node
import { availableParallelism, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { confirm } from './confirm.ts';
import { type CliContext, type ParentProcess, realTime } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { createInterrupts } from './interrupts.ts';
import type { ReadyMessage } from './local/tickwork-spec.ts';
import { runCli } from './program.ts';
import { createTerminal } from './terminal.ts';

/** What is still open when the command is done gets this long; then it is a defect, which is said. */
const LINGER_MS = 5_000;
/** After the second interrupt. */
const FORCED_MS = 2_000;

/** The composition root and the only file that touches `process`. */
async function main(): Promise<void> {
  // Of libraries, about what no person at a shell can change: grpc-js names an address where TLS wants a name (DEP0123).
  process.noDeprecation = true;
  const interrupts = createInterrupts(() => performance.now());
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupts.receive(name));
  let hangup = (): void => interrupts.receive('SIGHUP');
  process.on('SIGHUP', () => hangup());
  interrupts.force.addEventListener('abort', () => setTimeout(() => process.exit(EXIT.interrupted), FORCED_MS).unref());
  for (const stream of [process.stdout, process.stderr]) {
    // `tickwork ls | head` closes the pipe early, and a closed terminal gives EIO; neither is our failure. Whatever it is,
    // nobody reads any more.
    stream.on('error', () => interrupts.receive('a closed output'));
  }

  const parent = parentProcess(() => interrupts.receive('the end of the supervising process'));
  const cli: CliContext = {
    ...realTime,
    env: process.env,
    machine: {
      platform: process.platform,
      arch: process.arch,
      uid: process.getuid?.() ?? -1,
      env: process.env,
      hostname: hostname(),
      cpus: availableParallelism(),
    },
    stdout: createTerminal(process.stdout, process.env),
    stderr: createTerminal(process.stderr, process.env),
    signal: interrupts.signal,
    force: interrupts.force,
    confirm: (question) => confirm(question, process.stdin, process.stderr, interrupts.signal),
    programFile: fileURLToPath(import.meta.url),
    ...(parent ? { parent } : {}),
    onHangup: (listener) => {
      hangup = listener;
    },
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
  await runCli(cli, process.argv.slice(2));
  setTimeout(() => {
    process.stderr.write(`tickwork: still open after the end: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit();
  }, LINGER_MS).unref();
}

/** Set when `tickwork up` or `tickwork demo` started this process. It does not outlive them. */
function parentProcess(onEnd: () => void): ParentProcess | undefined {
  if (process.send === undefined) return undefined;
  process.once('disconnect', onEnd);
  process.channel?.unref();
  return {
    ready(addresses) {
      const message: ReadyMessage = { type: 'ready', addresses };
      process.send?.(message, undefined, undefined, () => {});
    },
  };
}

await main();
