import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type JetStreamManager, nanos } from 'nats';
import type { ChildSpec } from '../../cli/local/child.ts';
import { natsNames } from '../../proto/subjects.ts';
import type { Clock } from '../../runtime/clock.ts';
import { freePort } from '../network/free-port.ts';
import { type Managed, manage } from './managed.ts';

/** One nats-server, or three that are a cluster. */
export interface Nats {
  readonly servers: readonly NatsNode[];
  /** Index of the server that leads the event stream; undefined when nobody says. */
  leader(): Promise<number | undefined>;
  /** Sets how long the record stream remembers message ids; an operator may. */
  setDuplicateWindow(ms: number): Promise<void>;
  /** Deletes the record stream with all that it holds, as a server that loses what it has acknowledged. */
  loseRecords(): Promise<void>;
  close(): Promise<void>;
}

export interface NatsNode {
  readonly port: number;
  readonly process: Managed;
}

export interface NatsOptions {
  readonly size: 1 | 3;
  readonly folder: string;
  readonly namespace: string;
  /** `setpriv`, which ends the servers with their parent; absent where there is none. */
  readonly setpriv: string | undefined;
  readonly clock: Clock;
}

const REQUEST_MS = 2_000;
const READY_TRIES = 120;
const READY_PAUSE_MS = 500;

export async function startNats({ size, folder, namespace, setpriv, clock }: NatsOptions): Promise<Nats> {
  const names = natsNames(namespace);
  const indices = Array.from({ length: size }, (_, i) => i);
  const ports = await Promise.all(indices.map(freePort));
  const routes = await Promise.all(indices.map(freePort));

  async function configure(i: number): Promise<string> {
    const home = join(folder, `nats-${i + 1}`);
    await mkdir(home, { recursive: true });
    const peers = routes.map((port) => `nats://127.0.0.1:${port}`).join(', ');
    // Clients are not told of the other servers: they would find a way around the links that faults cut.
    const cluster = `cluster { name: chaos, listen: "127.0.0.1:${routes[i]}", no_advertise: true, routes: [${peers}] }`;
    const lines = [
      `server_name: n${i + 1}`,
      `listen: "127.0.0.1:${ports[i]}"`,
      `jetstream { store_dir: ${JSON.stringify(home)} }`,
      ...(size > 1 ? [cluster] : []),
    ];
    const file = join(home, 'nats.conf');
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  }

  const files = await Promise.all(indices.map(configure));
  const servers = indices.map((i): NatsNode => {
    const args = ['--config', files[i] as string];
    const spec: ChildSpec<unknown> = {
      name: `nats-${i + 1}`,
      file: setpriv ?? 'nats-server',
      args: setpriv === undefined ? args : ['--pdeathsig', 'KILL', '--', 'nats-server', ...args],
      env: process.env,
      logFile: join(folder, `nats-${i + 1}.log`),
      ipc: false,
      whenReady: async () => undefined,
    };
    return { port: ports[i] as number, process: manage({ spec: () => spec, clock }) };
  });

  async function withManager<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({
      servers: ports.map((port) => `127.0.0.1:${port}`),
      ignoreClusterUpdates: true,
      timeout: REQUEST_MS,
      reconnect: false,
    });
    try {
      return await work(await connection.jetstreamManager({ timeout: REQUEST_MS }));
    } finally {
      await connection.close();
    }
  }

  const nats: Nats = {
    servers,
    async leader() {
      const info = await withManager((manager) => manager.streams.info(names.eventStream)).catch(() => undefined);
      const at = indices.find((i) => `n${i + 1}` === info?.cluster?.leader);
      return size === 1 ? 0 : at;
    },
    async setDuplicateWindow(ms) {
      await withManager((manager) => manager.streams.update(names.recordStream, { duplicate_window: nanos(ms) }));
    },
    async loseRecords() {
      await withManager((manager) => manager.streams.delete(names.recordStream));
    },
    async close() {
      await Promise.all(servers.map((server) => server.process.close()));
    },
  };

  for (let tries = 0; ; tries++) {
    try {
      await withManager((manager) => manager.getAccountInfo());
      return nats;
    } catch (error) {
      if (tries >= READY_TRIES) {
        await nats.close();
        throw error;
      }
      await clock.sleep(READY_PAUSE_MS);
    }
  }
}
