import { NO_FLAWS } from '../../simulation/check/planted-bugs.ts';
import { type CoordinatorLink, connectCoordinator } from '../../simulation/nats/coordinator-link.ts';
import { createJetStream } from '../../simulation/nats/jetstream.ts';
import { createNatsSite, type NatsSite } from '../../simulation/nats/nats-site.ts';
import { createTopology } from '../../simulation/network/topology.ts';
import { createRandom } from '../../simulation/random.ts';
import { createMachine } from '../../simulation/time/machine.ts';
import { createProcess, type Process } from '../../simulation/time/process.ts';
import { createScheduler } from '../../simulation/time/scheduler.ts';
import { keepTimeFlowing } from './virtual-time.ts';

/** A simulated NATS server in flowing virtual time, and processes that use it. */
export interface SimulatedNats extends AsyncDisposable {
  readonly site: NatsSite;
  process(name: string): Process;
  connect(): Promise<{ readonly link: CoordinatorLink; readonly process: Process }>;
}

export function startSimulatedNats(): SimulatedNats {
  const scheduler = createScheduler();
  const random = createRandom(1, 'contract');
  const machine = (name: string) => createMachine(scheduler, name, 1, 0);
  const streams = createJetStream({
    scheduler,
    random,
    flaws: NO_FLAWS,
    watch: { appended() {}, published() {}, acknowledged() {} },
  });
  const site = createNatsSite({ scheduler, topology: createTopology(), random, machine: machine('nats'), streams });
  const time = keepTimeFlowing(scheduler);
  let processes = 0;
  const process = (name: string): Process => createProcess(scheduler, machine(name), `${name}-${++processes}`, random);
  return {
    site,
    process,
    async connect() {
      const coordinator = process('coordinator');
      return { link: await connectCoordinator(site.network, coordinator, random), process: coordinator };
    },
    [Symbol.asyncDispose]: () => time[Symbol.asyncDispose](),
  };
}
