import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tickworkSpec } from '../../cli/local/tickwork-spec.ts';
import type { Clock } from '../../runtime/clock.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import { freePort } from '../network/free-port.ts';
import { type Link, openLink } from '../network/link.ts';
import type { RecordNews } from '../worker/record-news.ts';
import { type Managed, manage } from './managed.ts';
import { type Nats, startNats } from './nats.ts';

/** Every process of a cluster, and every connection between them through a link of ours. */
export interface Cluster {
  readonly nats: Nats;
  readonly coordinators: readonly CoordinatorNode[];
  readonly workers: readonly WorkerNode[];
  /** Ends everything that was started. Idempotent. */
  close(): Promise<void>;
}

export interface CoordinatorNode {
  /** Where the checker asks, past all links; nobody listens there while it stands by. */
  readonly address: string;
  readonly port: number;
  readonly process: Managed;
  /** To each NATS server. */
  readonly natsLinks: readonly Link[];
}

export interface WorkerNode {
  readonly name: string;
  readonly process: Managed;
  readonly stateDir: string;
  /** To each coordinator. */
  readonly coordinatorLinks: readonly Link[];
  readonly natsLinks: readonly Link[];
}

export interface ClusterOptions {
  readonly folder: string;
  readonly natsServers: 1 | 3;
  /** One leads at once; of several each stands by until it may lead. */
  readonly coordinators: number;
  readonly workers: number;
  readonly slots: number;
  readonly setpriv: string | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onNews: (worker: number, news: RecordNews) => void;
}

const NAMESPACE = 'chaos';
/** Short, so that a minute of faults has room for leases that expire. */
const LEASE = ['--heartbeat-ms', '1000', '--lease-ms', '6000'];
const CLI = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../worker/main.js', import.meta.url));

/** @throws whatever keeps a part from starting; everything is ended then. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, clock, random } = options;
  const lifecycle = createLifecycle();
  try {
    const nats = await startNats({ ...options, size: options.natsServers, namespace: NAMESPACE });
    lifecycle.add('nats', nats.close);

    async function linkTo(port: number): Promise<Link> {
      const link = await openLink(port, random);
      lifecycle.add('link', link.close);
      return link;
    }
    const linksToNats = (): Promise<Link[]> => Promise.all(nats.servers.map(({ port }) => linkTo(port)));
    const urls = (links: readonly Link[]): string[] => links.map(({ port }) => `nats://127.0.0.1:${port}`);

    const coordinator = async (name: string): Promise<CoordinatorNode> => {
      const [port, httpPort, natsLinks] = [await freePort(), await freePort(), await linksToNats()];
      const args = [
        ...['coordinator', '--grpc', `127.0.0.1:${port}`, '--http', `127.0.0.1:${httpPort}`],
        ...urls(natsLinks).flatMap((url) => ['--nats', url]),
        ...['--namespace', NAMESPACE, '--replicas', String(options.natsServers)],
        ...['--state-dir', join(folder, name), '--log-level', 'info', ...LEASE],
        ...(options.coordinators > 1 ? ['--standby'] : []),
      ];
      const spec = () =>
        tickworkSpec({ name, programFile: CLI, args, logFile: join(folder, `${name}.log`), env: process.env });
      const process_ = manage({ spec, clock });
      lifecycle.add(name, process_.close);
      return { address: `127.0.0.1:${port}`, port, process: process_, natsLinks };
    };
    const numbers = Array.from({ length: options.coordinators }, (_, i) => i + 1);
    const coordinators = await Promise.all(numbers.map((i) => coordinator(`coordinator-${i}`)));

    const worker = async (i: number): Promise<WorkerNode> => {
      const name = `worker-${i + 1}`;
      const coordinatorLinks = await Promise.all(coordinators.map(({ port }) => linkTo(port)));
      const natsLinks = await linksToNats();
      const stateDir = join(folder, name);
      const settings = {
        coordinator: coordinatorLinks.map(({ port }) => `127.0.0.1:${port}`).join(','),
        ...{ name, stateDir, slots: options.slots, threadsPerSlot: 1, natsServers: urls(natsLinks) },
      };
      const spec = () => ({
        ...{ name, file: process.execPath, args: [WORKER, JSON.stringify(settings)], env: process.env },
        ...{ logFile: join(folder, `${name}.log`), ipc: true, whenReady: async () => undefined },
      });
      const process_ = manage({
        spec,
        clock,
        onStart: (child) => void child.on('message', (news) => options.onNews(i, news as RecordNews)),
      });
      lifecycle.add(name, process_.close);
      return { name, process: process_, stateDir, coordinatorLinks, natsLinks };
    };
    const workers = await Promise.all(Array.from({ length: options.workers }, (_, i) => worker(i)));
    return { nats, coordinators, workers, close: lifecycle.release };
  } catch (error) {
    await lifecycle.release();
    throw error;
  }
}
