import type { Topology } from '../network/topology.ts';
import type { Random } from '../random.ts';
import type { Machine } from '../time/machine.ts';
import { createProcess } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { JetStream, NatsServer } from './jetstream.ts';
import { createNatsNetwork, type NatsNetwork } from './nats-network.ts';

/** The NATS server as a supervisor keeps it. A killed one comes back with its streams: the page cache survives. */
export interface NatsSite {
  readonly machine: Machine;
  readonly streams: JetStream;
  readonly network: NatsNetwork;
  kill(downMs: number): void;
  pause(forMs: number): void;
  calm(): void;
}

export interface NatsSiteDeps {
  readonly scheduler: Scheduler;
  readonly topology: Topology;
  readonly random: Random;
  readonly machine: Machine;
  readonly streams: JetStream;
}

export function createNatsSite({ scheduler, topology, random, machine, streams }: NatsSiteDeps): NatsSite {
  let lives = 0;
  const start = () => createProcess(scheduler, machine, `nats-${++lives}`, random);
  const server: NatsServer = { streams, process: start() };
  const network = createNatsNetwork({ server, topology, random, now: () => scheduler.now });

  function startAgain(): void {
    if (!server.process.alive) server.process = start();
  }

  return {
    machine,
    streams,
    network,
    kill(downMs) {
      server.process.kill();
      streams.restart();
      scheduler.schedule(downMs, startAgain);
    },
    pause(forMs) {
      const { process } = server;
      process.pause();
      scheduler.schedule(forMs, process.resume);
    },
    calm() {
      server.process.resume();
      startAgain();
      streams.calm();
      network.flaky = false;
    },
  };
}
