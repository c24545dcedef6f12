import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CoordinatorClient, createCoordinatorClient } from '../../cli/client/coordinator-client.ts';
import { type Child, type ChildSpec, logTail, startChild } from '../../cli/local/child.ts';
import { natsSpec, parseNatsVersion, writeNatsConfig } from '../../cli/local/nats-spec.ts';
import { type ReadyMessage, type TickworkProcess, tickworkSpec } from '../../cli/local/tickwork-spec.ts';
import { findNatsServer } from '../../cli/provision/nats-server.ts';
import { runCommand } from '../../cli/provision/run-command.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import { processSeconds, residentBytes } from './processes.ts';

export interface BenchWorkerOptions {
  readonly slots: number;
  /** How long each trial sleeps; 0: it ends at once. */
  readonly trialMs: number;
}

/** A cluster as a lab has it, each part a process of its own, but for the trials, which do nothing. */
export interface BenchCluster extends AsyncDisposable {
  readonly natsUrl: string;
  readonly natsVersion: string;
  readonly coordinator: string;
  readonly client: CoordinatorClient;
  startWorker(name: string, options: BenchWorkerOptions): Promise<void>;
  stopWorkers(): Promise<void>;
  /**
   * SIGKILL, then a new process on the same state.
   * @param meanwhile what is done to the state before it starts.
   * @returns milliseconds from its start until it serves.
   */
  restartCoordinator(meanwhile?: (state: ClusterState) => Promise<void>): Promise<number>;
  /** Processor seconds so far, by process; the trial processes of a worker in one. */
  cpuSeconds(): Promise<Readonly<Record<string, number>>>;
  coordinatorMemoryBytes(): Promise<number>;
}

/** What a coordinator finds when it starts. */
export interface ClusterState {
  readonly natsUrl: string;
  readonly stateDir: string;
}

export interface BenchClusterOptions {
  /** A folder for processor profiles of coordinator and workers. */
  readonly profileFolder?: string | undefined;
  readonly heartbeatMs?: number;
  readonly leaseMs?: number;
}

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKER_PROGRAM = fileURLToPath(new URL('./worker-process.js', import.meta.url));
const START_WITHIN_MS = 300_000;
const STOP_GRACE_MS = 20_000;

/** Starts NATS and a coordinator in a temporary folder that is gone with them. */
export async function startBenchCluster(options: BenchClusterOptions = {}): Promise<BenchCluster> {
  const { profileFolder, heartbeatMs = 5_000, leaseMs = 30_000 } = options;
  const { platform, arch } = process;
  const machine = { platform, arch, uid: process.getuid?.() ?? -1, env: process.env };
  const lifecycle = createLifecycle();
  const folder = await mkdtemp(join(tmpdir(), 'tickwork-bench-'));
  lifecycle.add('folder', () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const { env } = machine;
  const profiled = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const nodeSpec = (about: Omit<TickworkProcess, 'env' | 'logFile'>): ChildSpec<ReadyMessage['addresses']> => {
    const spec = tickworkSpec({ ...about, env, logFile: join(folder, `${about.name}.log`) });
    return { ...spec, args: [...profiled, ...spec.args] };
  };
  const ending = new AbortController();

  async function start<Ready>(spec: ChildSpec<Ready>): Promise<{ child: Child<Ready>; ready: Ready }> {
    const child = startChild(spec, systemClock);
    const started = new AbortController();
    const late = systemClock.sleep(START_WITHIN_MS, started.signal).then(() => {
      throw new Error('it is not ready yet');
    });
    late.catch(() => undefined);
    try {
      return { child, ready: await Promise.race([child.ready, late]) };
    } catch (error) {
      child.kill();
      const { message } = error as Error;
      throw new Error(`Expected ${spec.name} to start, but ${message}.\n${logTail(spec.logFile)}`);
    } finally {
      started.abort();
    }
  }

  async function startNats() {
    const say = (): void => {};
    const program = await findNatsServer({ machine, signal: ending.signal, say });
    const asked = await runCommand(program, ['--version'], { timeoutMs: 10_000, signal: ending.signal, env });
    const version = parseNatsVersion(asked.output) ?? [2, 9];
    const settings = { program, version, folder: join(folder, 'nats'), logFile: join(folder, 'nats.log'), env };
    await writeNatsConfig(settings, -1);
    const nats = await start(natsSpec(settings));
    return { ...nats, version: /v\d+\.\d+\.\d+/.exec(asked.output)?.[0] ?? 'unknown' };
  }

  let address = '127.0.0.1:0';
  const startCoordinator = (natsUrl: string) =>
    start(
      nodeSpec({
        name: 'coordinator',
        programFile: PROGRAM,
        args: [
          ...['coordinator', '--grpc', address, '--http', '127.0.0.1:0', '--nats', natsUrl, '--log-level', 'warn'],
          ...['--heartbeat-ms', String(heartbeatMs), '--lease-ms', String(leaseMs)],
          ...['--state-dir', join(folder, 'coordinator')],
        ],
      }),
    );

  try {
    const nats = await startNats();
    lifecycle.add('nats', () => nats.child.stop(STOP_GRACE_MS));
    const natsUrl = `nats://127.0.0.1:${nats.ready.port}`;
    let coordinator = await startCoordinator(natsUrl);
    lifecycle.add('coordinator', () => coordinator.child.stop(STOP_GRACE_MS));
    address = coordinator.ready.grpc ?? address;
    const client = createCoordinatorClient({
      address,
      signal: ending.signal,
      clock: systemClock,
      random: Math.random,
      deadlines: { unaryMs: 120_000 },
    });
    lifecycle.add('client', () => {
      ending.abort();
      client.close();
    });
    const workers = new Map<string, Child<unknown>>();
    const stopWorkers = async (): Promise<void> => {
      const stopping = [...workers.values()];
      workers.clear();
      await Promise.all(stopping.map((child) => child.stop(STOP_GRACE_MS)));
    };
    lifecycle.add('workers', stopWorkers);

    return {
      natsUrl,
      natsVersion: nats.version,
      coordinator: address,
      client,
      async startWorker(name, { slots, trialMs }) {
        const stateDir = join(folder, name);
        await mkdir(stateDir, { recursive: true });
        const { child } = await start(
          nodeSpec({
            name,
            programFile: WORKER_PROGRAM,
            args: [JSON.stringify({ coordinator: address, name, slots, trialMs, stateDir })],
          }),
        );
        workers.set(name, child);
      },
      stopWorkers,
      async restartCoordinator(meanwhile = async () => {}) {
        coordinator.child.kill();
        await coordinator.child.exited;
        await meanwhile({ natsUrl, stateDir: join(folder, 'coordinator') });
        const before = performance.now();
        coordinator = await startCoordinator(natsUrl);
        return performance.now() - before;
      },
      async cpuSeconds() {
        const named: [string, number][] = [
          ['nats-server', nats.child.pid],
          ['coordinator', coordinator.child.pid],
          ...[...workers].map(([name, child]): [string, number] => [name, child.pid]),
        ];
        return processSeconds(new Map(named));
      },
      coordinatorMemoryBytes: () => residentBytes(coordinator.child.pid),
      [Symbol.asyncDispose]: lifecycle.release,
    };
  } catch (error) {
    await lifecycle.release();
    throw error;
  }
}
