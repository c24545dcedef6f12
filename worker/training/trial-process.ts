import { hostname } from 'node:os';
import { openExecutor } from '../../engine/mod.ts';
import { systemClock } from '../../runtime/clock.ts';
import { runCommand } from '../command/run-command.ts';
import type { AgentToTrial, TrialToAgent } from '../trial-messages.ts';
import { createTrialHost } from './trial-host.ts';

/**
 * Main file of the process that trains: one for each slot of a worker, forked by its agent with
 * `serialization: 'advanced'`. It outlives no agent: when the channel closes, it ends, whatever it was doing, as nobody
 * is left to take the outcome.
 */
function main(): void {
  if (process.send === undefined) {
    process.stderr.write('Expected to be forked by a Tickwork worker, got started by hand. Run `tickwork worker`.\n');
    process.exit(2);
  }
  // With a callback, a channel that closes under way is no exception: `disconnect` is about to end the process.
  /** Of the command that runs; 0: none does. */
  let group = 0;
  const send = (message: TrialToAgent): void => void process.send?.(message, undefined, undefined, () => {});
  const host = createTrialHost({
    send,
    openExecutor: ({ name, ...options }) => openExecutor(name, options),
    runCommand: (spec, { trialId, cell, options }, signal) =>
      runCommand({
        spec,
        cell,
        // A lease is one attempt.
        attempt: trialId.replace(/[^A-Za-z0-9-]/g, ''),
        checkpointFolder: options.checkpointFolder,
        folder: options.commandFolder,
        threads: options.executor.threads,
        environment: process.env,
        signal,
        clock: systemClock,
        onReport: (report) => send({ type: 'report', trialId, ...report }),
        onProgress: (progress) => send({ type: 'progress', trialId, ...progress }),
        onWarning: (message) => send({ type: 'warning', trialId, message }),
        onGroup(started) {
          group = started;
          send({ type: 'group', trialId, group });
        },
      }),
    now: () => performance.now(),
    writer: `${hostname().replace(/[^A-Za-z0-9_-]/g, '-')}-${process.pid}`,
  });

  process.on('message', (message: AgentToTrial) => {
    if (message.type === 'shutdown') void host.close().then(() => process.exit(0));
    else host.handle(message);
  });
  process.on('disconnect', () => {
    // Nobody is left who could end it.
    if (group !== 0) process.kill(-group, 'SIGKILL');
    process.exit(0);
  });
  // A terminal or a service manager signals the whole group; the agent decides what becomes of the trial.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  send({ type: 'ready' });
}

main();
