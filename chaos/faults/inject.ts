import { connect } from 'node:net';
import type { Clock } from '../../runtime/clock.ts';
import type { Cluster, CoordinatorNode, WorkerNode } from '../cluster/cluster.ts';
import type { Link } from '../network/link.ts';
import { fillDisk } from './full-disk.ts';
import type { Fault } from './plan.ts';
import { tearOutbox } from './tear-outbox.ts';

/** Whose work a fault can hold up: one worker's, or everybody's. */
export type Scope = number | 'all';

export function scopeOf(fault: Fault, cluster: Cluster): Scope {
  const ofWorker = fault.kind.startsWith('worker') || fault.kind.includes('of worker');
  return ofWorker ? fault.target % cluster.workers.length : 'all';
}

/** Puts a fault on and takes it off again. Resolves when it is off: the dead have been started again, the network is whole. */
export async function inject(fault: Fault, cluster: Cluster, clock: Clock, duplicateWindowMs: number): Promise<void> {
  const { kind, forMs, dice } = fault;
  const { nats, coordinators, workers } = cluster;
  const of = <T>(items: readonly T[]): T => items[fault.target % items.length] as T;
  const worker = (): WorkerNode => of(workers);
  /** The one that leads, as far as can be told from outside: only that one listens. */
  const coordinator = async (): Promise<CoordinatorNode> => {
    const listening = await Promise.all(coordinators.map(({ port }) => listens(port)));
    return coordinators.find((_, i) => listening[i]) ?? of(coordinators);
  };
  const standby = async (): Promise<CoordinatorNode> => {
    const leader = await coordinator();
    return coordinators.find((each) => each !== leader) ?? leader;
  };
  const node = async () => {
    // The leader more often than not: the others can be missed.
    const leader = dice < 0.6 ? await nats.leader() : undefined;
    return nats.servers[leader ?? fault.target % nats.servers.length] as (typeof nats.servers)[number];
  };
  const everyNode = (work: (node: (typeof nats.servers)[number]) => Promise<void>) =>
    Promise.all(nats.servers.map(work)).then(() => undefined);

  switch (kind) {
    case 'coordinator killed':
      return (await coordinator()).process.kill(forMs);
    case 'coordinator ended':
      return (await coordinator()).process.end(forMs);
    case 'coordinator paused':
      return (await coordinator()).process.pause(forMs, false);
    case 'coordinator disk full':
      return full((await coordinator()).process.pid);
    case 'standby killed':
      return (await standby()).process.kill(forMs);
    case 'standby paused':
      return (await standby()).process.pause(forMs, false);
    case 'worker killed':
      return worker().process.kill(forMs);
    case 'worker killed in a write':
      return worker().process.killAround(async () => {
        await tearOutbox(worker().stateDir);
        await clock.sleep(forMs);
      });
    case 'worker ended':
      return worker().process.end(forMs);
    case 'worker paused':
      return worker().process.pause(forMs, dice < 0.5);
    case 'worker disk full':
      return full(worker().process.pid);
    case 'NATS killed':
      return (await node()).process.kill(forMs);
    case 'NATS paused':
      return (await node()).process.pause(forMs, false);
    case 'all of NATS killed':
      return everyNode(({ process }) => process.kill(forMs));
    case 'NATS away past its duplicate window':
      return everyNode(({ process }) => process.kill(duplicateWindowMs * 1.1 + forMs));
    case 'NATS forgets acknowledged records':
      return nats.loseRecords();
    case 'connections reset':
      for (const link of [...linksOf(worker()), ...(dice < 0.5 ? (await coordinator()).natsLinks : [])]) link.reset();
      return;
    case 'partition of worker and coordinator':
      return cut(worker().coordinatorLinks);
    case 'partition of worker and NATS':
      return cut(worker().natsLinks);
    case 'partition of coordinator and NATS':
      return cut((await coordinator()).natsLinks);
    case 'slow network':
      return during([...workers.flatMap(linksOf), ...coordinators.flatMap(({ natsLinks }) => natsLinks)], (link) =>
        link.slow(20 + 100 * dice, 150),
      );
  }

  async function full(pid: number | undefined): Promise<void> {
    if (pid !== undefined) await fillDisk(pid, forMs, clock);
  }

  /** One time in two both ways, else one way only. */
  function cut(links: readonly Link[]): Promise<void> {
    const direction = dice < 0.5 ? 'both' : dice < 0.75 ? 'up' : 'down';
    return during(links, (link) => link.cut(direction));
  }

  async function during(links: readonly Link[], put: (link: Link) => () => void): Promise<void> {
    const off = links.map(put);
    await clock.sleep(forMs);
    for (const undo of off) undo();
  }
}

/** Whether somebody takes connections there; one that is stopped counts too. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const linksOf = ({ coordinatorLinks, natsLinks }: WorkerNode): readonly Link[] => [...coordinatorLinks, ...natsLinks];
