import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Timer } from '../time/scheduler.ts';
import type { Topology } from './topology.ts';

/**
 * What one end of a connection makes of the other's silence. A process that died says so through its kernel, if the network
 * passes; one that is stopped or cut off is given up once keepalive pings go unanswered.
 */
export interface Suspicion {
  close(): void;
}

export interface SuspicionDeps {
  readonly here: Process;
  readonly there: Process;
  readonly topology: Topology;
  readonly random: Random;
  /** In `here`, once: the connection is gone. */
  readonly onLost: () => void;
}

/** gRPC and NATS alike: a ping after 20 s at the latest, its answer missing for 10 s. */
const PATIENCE_MS = [20_000, 30_000] as const;

export function createSuspicion({ here, there, topology, random, onLost }: SuspicionDeps): Suspicion {
  let closed = false;
  let pending: { readonly timer: Timer; readonly sure: boolean } | undefined;

  const answers = (): boolean => there.state === 'running' && topology.connects(here.machine.name, there.machine.name);

  function lose(): void {
    if (closed) return;
    close();
    onLost();
  }

  function evaluate(): void {
    if (closed) return;
    const sure = !there.alive && topology.connects(here.machine.name, there.machine.name);
    if (answers()) {
      pending?.timer.cancel();
      pending = undefined;
    } else if (pending === undefined || (sure && !pending.sure)) {
      pending?.timer.cancel();
      const delay = sure ? random.between(0.5, 5) : random.between(...PATIENCE_MS);
      pending = { sure, timer: here.enter(lose, delay) };
    }
  }

  function close(): void {
    closed = true;
    unsubscribe();
    pending?.timer.cancel();
  }

  const unsubscribe = topology.onChange(evaluate);
  there.onChange(evaluate);
  evaluate();
  return { close };
}
