import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TickworkError } from '../../core/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { lockDirectory } from '../../runtime/directory-lock.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import { findExecutable } from '../provision/find-executable.ts';
import type { Machine } from '../provision/machine.ts';
import { lastLine, runCommand } from '../provision/run-command.ts';
import { ensureNatsKeys, type NatsKeys } from './nats-keys.ts';
import { natsSpec, parseNatsVersion, writeNatsConfig } from './nats-spec.ts';
import { type Supervised, supervise } from './supervise.ts';
import { tickworkSpec } from './tickwork-spec.ts';

export interface LocalClusterOptions {
  /** Holds everything that lasts; one cluster at a time. */
  readonly stateDir: string;
  readonly natsProgram: string;
  readonly workers: number;
  /** CPU threads of each worker's trial. */
  readonly threads: number;
  /** Words for `tickwork worker` that say what it computes with. */
  readonly executorArguments: readonly string[];
  /** What workers may run beside the training. */
  readonly allowedCommands: readonly (readonly string[])[];
  readonly datasetRoots: readonly string[];
  /** Of the coordinator on 127.0.0.1; 0 lets the system choose. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly programFile: string;
  readonly machine: Machine;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Aborts a start that is under way, and ends the restarting of what dies. Then call release(). */
  readonly signal: AbortSignal;
  /** Kills everything at once. */
  readonly force: AbortSignal;
  readonly say: (line: string) => void;
}

export interface LocalCluster {
  /** `host:port` of gRPC. */
  readonly coordinator: string;
  /** `http://host:port` of the page, the JSON API and /metrics. */
  readonly page: string;
  readonly nats: string;
  /** Process ids as they are now, by name. */
  readonly pids: () => Readonly<Record<string, number>>;
  /** Rejects when a process died too often to be restarted. */
  readonly gaveUp: Promise<never>;
  /** Stops workers, then the coordinator, then NATS. Idempotent. */
  release(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
/** On one machine a silent worker is a dead one: its trial goes to another after 10 s instead of 30. */
const LEASE = ['--heartbeat-ms', '1000', '--lease-ms', '10000'];
/** A worker gives its leases back and waits for receipts: up to 5 + 10 s by its own clock. */
const WORKER_GRACE_MS = 20_000;
const COORDINATOR_GRACE_MS = 15_000;
const NATS_GRACE_MS = 10_000;

/**
 * Runs NATS, a coordinator and workers as child processes of this one, on 127.0.0.1, and starts again whatever dies.
 * @throws TickworkError STATE_DIRECTORY_IN_USE; INTERNAL with the end of a log when a process does not start.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { stateDir, clock, random, signal, say } = options;
  const lifecycle = createLifecycle();
  const running = new Map<string, Supervised<unknown>>();
  const killAll = (): void => {
    for (const process of running.values()) process.kill();
  };
  options.force.addEventListener('abort', killAll, { once: true });
  lifecycle.add('force signal', () => options.force.removeEventListener('abort', killAll));

  try {
    await mkdir(join(stateDir, 'logs'), { recursive: true, mode: 0o700 });
    lifecycle.add('lock', await lockDirectory(stateDir, clock));
    let cluster: LocalCluster | undefined;
    const sayAndRecord = (line: string): void => {
      say(line);
      // Whoever came back has another process id.
      if (cluster) void writeAddresses(stateDir, cluster).catch(() => {});
    };
    const common = { clock, random, signal, say: sayAndRecord, readyWithinMs: READY_WITHIN_MS };
    const keep = <Ready>(name: string, process: Supervised<Ready>): Supervised<Ready> => {
      running.set(name, process);
      lifecycle.add(name, process.stop);
      return process;
    };

    const workerNames = Array.from({ length: options.workers }, (_, i) => `worker-${i + 1}`);
    const keys = await ensureNatsKeys(stateDir, workerNames);
    const nats = keep('nats-server', await startNats(options, common, keys));
    const natsUrl = `nats://127.0.0.1:${nats.ready.port}`;
    const coordinator = keep('coordinator', await startCoordinator(options, common, keys, natsUrl));
    const workers = await Promise.allSettled(
      workerNames.map(async (name) =>
        keep(name, await startWorker(options, common, keys, name, coordinator.ready.grpc)),
      ),
    );
    for (const outcome of workers) if (outcome.status === 'rejected') throw outcome.reason;

    cluster = {
      coordinator: coordinator.ready.grpc,
      page: coordinator.ready.page,
      nats: natsUrl,
      pids: () =>
        Object.fromEntries([...running].map(([name, process]) => [name, process.pid] as const).toSorted(byName)),
      gaveUp: Promise.race([...running.values()].map((process) => process.gaveUp)),
      release: lifecycle.release,
    };
    cluster.gaveUp.catch(() => {});
    await writeAddresses(stateDir, cluster);
    return cluster;
  } catch (error) {
    await lifecycle.release();
    throw error;
  }
}

type Common = Pick<LocalClusterOptions, 'clock' | 'random' | 'signal' | 'say'> & { readonly readyWithinMs: number };

async function startNats(
  options: LocalClusterOptions,
  common: Common,
  { authorization }: NatsKeys,
): Promise<Supervised<{ readonly port: number }>> {
  const { natsProgram, machine, signal, stateDir } = options;
  const asked = await runCommand(natsProgram, ['--version'], { timeoutMs: 10_000, signal, env: machine.env });
  const version = parseNatsVersion(asked.output);
  if (version === undefined) {
    throw new TickworkError(
      'NATS_UNREACHABLE',
      `Expected ${natsProgram} to be a nats-server, got: ${lastLine(asked.output)}. Install another.`,
    );
  }
  const setpriv = machine.platform === 'linux' ? await findExecutable('setpriv', machine) : undefined;
  const settings = {
    program: natsProgram,
    version,
    folder: join(stateDir, 'nats'),
    logFile: join(stateDir, 'logs', 'nats-server.log'),
    env: machine.env,
    authorization,
    ...(setpriv === undefined ? {} : { setpriv }),
  };
  await writeNatsConfig(settings, -1);
  const nats = await supervise({ ...common, spec: () => natsSpec(settings), stopGraceMs: NATS_GRACE_MS });
  // The next start must listen where everybody looks for it.
  await writeNatsConfig(settings, nats.ready.port);
  return nats;
}

async function startCoordinator(
  options: LocalClusterOptions,
  common: Common,
  keys: NatsKeys,
  natsUrl: string,
): Promise<Supervised<{ readonly grpc: string; readonly page: string }>> {
  let grpc = `127.0.0.1:${options.grpcPort}`;
  let http = `127.0.0.1:${options.httpPort}`;
  const coordinator = await supervise({
    ...common,
    stopGraceMs: COORDINATOR_GRACE_MS,
    spec: () => {
      const args = [
        'coordinator',
        '--grpc',
        grpc,
        '--http',
        http,
        '--nats',
        natsUrl,
        '--credentials',
        keys.folder('coordinator'),
        '--state-dir',
        join(options.stateDir, 'coordinator'),
        '--log-level',
        'warn',
        ...LEASE,
      ];
      const spec = tickworkSpec({ ...processOptions(options, 'coordinator'), args });
      return {
        ...spec,
        whenReady: async (child, signal) => {
          const addresses = await spec.whenReady(child, signal);
          return { grpc: addresses.grpc ?? grpc, page: `http://${addresses.http ?? http}` };
        },
      };
    },
  });
  grpc = coordinator.ready.grpc;
  http = coordinator.ready.page.replace('http://', '');
  return coordinator;
}

function startWorker(
  options: LocalClusterOptions,
  common: Common,
  keys: NatsKeys,
  name: string,
  grpc: string,
): Promise<Supervised<unknown>> {
  const args = [
    'worker',
    '--coordinator',
    grpc,
    '--name',
    name,
    '--credentials',
    keys.folder(name),
    '--threads',
    String(options.threads),
    ...options.executorArguments,
    '--log-level',
    'warn',
  ];
  return supervise({
    ...common,
    stopGraceMs: WORKER_GRACE_MS,
    spec: () =>
      tickworkSpec({
        ...processOptions(options, name),
        args: [
          ...args,
          '--state-dir',
          join(options.stateDir, 'workers', name),
          '--checkpoint-dir',
          join(options.stateDir, 'checkpoints'),
          ...options.datasetRoots.flatMap((root) => ['--dataset-root', root]),
          ...options.allowedCommands.flatMap((words) => ['--allow-command', JSON.stringify(words)]),
        ],
      }),
  });
}

const processOptions = ({ programFile, stateDir, machine }: LocalClusterOptions, name: string) => ({
  name,
  programFile,
  logFile: join(stateDir, 'logs', `${name}.log`),
  env: machine.env,
});

const byName = ([a]: readonly [string, number], [b]: readonly [string, number]): number =>
  a.localeCompare(b, 'en', { numeric: true });

/** For scripts: `cluster.json` in the state directory says where everything listens. */
async function writeAddresses(stateDir: string, { coordinator, page, nats, pids }: LocalCluster): Promise<void> {
  const file = join(stateDir, 'cluster.json');
  await writeFile(`${file}.partial`, `${JSON.stringify({ coordinator, page, nats, pids: pids() }, undefined, 2)}\n`);
  await rename(`${file}.partial`, file);
}
