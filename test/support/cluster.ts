import { join } from 'node:path';
import { type CoordinatorConfigInput, parseCoordinatorConfig } from '../../coordinator/config.ts';
import { runCoordinator } from '../../coordinator/main.ts';
import { deferred } from '../../runtime/deferred.ts';
import { createLifecycle, type Lifecycle } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/logger.ts';
import { parseWorkerConfig, type WorkerConfigInput } from '../../worker/config.ts';
import { runWorker } from '../../worker/main.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { TRIAL_PROCESS } from './worker-harness.ts';

export interface Running {
  readonly ended: Promise<void>;
  /** SIGTERM's way. */
  stop(): Promise<void>;
}

export interface RunningCoordinator extends Running {
  readonly grpc: string;
  readonly http: string;
  readonly client: ApiClient;
}

/** A cluster in this process, on a real NATS server, DuckDB and gRPC; its trials are scripted unless told otherwise. */
export interface Cluster extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly folder: string;
  /** The same state directory and ports at every start. */
  startCoordinator(config?: Partial<CoordinatorConfigInput>): Promise<RunningCoordinator>;
  startWorker(name: string, config?: Partial<WorkerConfigInput>): Running;
}

const QUICK = { heartbeatIntervalMs: 100, leaseDurationMs: 1_000 };
const logger = createLogger('test', process.env['TEST_LOG'] === undefined ? 'silent' : 'debug');

/** @param natsConfig further lines of the server's configuration. */
export async function startCluster(natsConfig = ''): Promise<Cluster> {
  const lifecycle = createLifecycle();
  const folder = await temporaryFolder();
  lifecycle.add('folder', async () => folder[Symbol.asyncDispose]());
  const nats = await startNatsServer({ config: natsConfig });
  lifecycle.add('nats', async () => nats[Symbol.asyncDispose]());
  let ports = { grpcPort: 0, httpPort: 0 };

  return {
    nats,
    folder: folder.path,
    async startCoordinator(overrides = {}) {
      const config = parseCoordinatorConfig({
        ...QUICK,
        ...ports,
        natsServers: [nats.url],
        namespace: 'test',
        stateDir: join(folder.path, 'coordinator'),
        ...overrides,
      });
      const ready = deferred<{ grpc: string; http: string }>();
      const running = launch(lifecycle, 'coordinator', (signal) =>
        runCoordinator(config, { signal, logger, onReady: ready.resolve }),
      );
      const { grpc, http } = await Promise.race([
        ready.promise,
        running.ended.then(() => Promise.reject(new Error('Expected the coordinator to start, but it ended.'))),
      ]);
      ports = { grpcPort: portOf(grpc), httpPort: portOf(http) };
      const client = connectApi(grpc);
      lifecycle.add('client', () => client.close());
      return { ...running, grpc, http, client };
    },
    startWorker(name, overrides = {}) {
      const config = parseWorkerConfig(
        {
          coordinator: `127.0.0.1:${ports.grpcPort}`,
          name,
          stateDir: join(folder.path, name),
          logLevel: 'silent',
          datasetRoots: [folder.path],
          ...overrides,
        },
        { hostname: 'test', cpus: 2 },
      );
      return launch(lifecycle, name, (signal) => runWorker(config, { signal, logger, trialProcess: TRIAL_PROCESS }));
    },
    [Symbol.asyncDispose]: lifecycle.release,
  };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function launch(lifecycle: Lifecycle, name: string, run: (signal: AbortSignal) => Promise<void>): Running {
  const stopping = new AbortController();
  const ended = run(stopping.signal);
  // Whoever awaits it hears of it; a test that does not care must not fail for it.
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  lifecycle.add(name, () => stop().catch(() => undefined));
  return { ended, stop };
}
