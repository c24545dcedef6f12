import { hostname } from 'node:os';
import { openExecutor } from '../../engine/mod.ts';
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
  const send = (message: TrialToAgent): void => void process.send?.(message, undefined, undefined, () => {});
  const host = createTrialHost({
    send,
    openExecutor: ({ name, ...options }) => openExecutor(name, options),
    now: () => performance.now(),
    writer: `${hostname().replace(/[^A-Za-z0-9_-]/g, '-')}-${process.pid}`,
  });

  process.on('message', (message: AgentToTrial) => {
    if (message.type === 'shutdown') void host.close().then(() => process.exit(0));
    else host.handle(message);
  });
  process.on('disconnect', () => process.exit(0));
  // A terminal or a service manager signals the whole group; the agent decides what becomes of the trial.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  send({ type: 'ready' });
}

main();
