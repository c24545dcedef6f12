import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CoordinatorConfigInput } from '../../coordinator/config.ts';
import { type ApiClient, connectApi } from './api-client.ts';
import type { Cluster } from './cluster.ts';

const LAUNCHER = fileURLToPath(new URL('./coordinator-process.mjs', import.meta.url));

/** A coordinator that can be killed without its tests. */
export interface CoordinatorProcess extends AsyncDisposable {
  readonly pid: number;
  readonly grpc: string;
  readonly http: string;
  readonly client: ApiClient;
  /** @returns the exit code; null after SIGKILL. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** @param dist of compileSources(). */
async function startCoordinatorProcess(dist: string, config: CoordinatorConfigInput): Promise<CoordinatorProcess> {
  const child = fork(LAUNCHER, [dist, JSON.stringify(config)], { execArgv: [] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [{ grpc, http }] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`Expected the coordinator to start, got exit code ${code}.`))),
  ])) as [{ grpc: string; http: string }];
  const client = connectApi(grpc);
  async function kill(signal: NodeJS.Signals): Promise<number | null> {
    client.close();
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return (await exited)[0];
  }
  return {
    pid: child.pid as number,
    grpc,
    http,
    client,
    kill,
    [Symbol.asyncDispose]: async () => void (await kill('SIGKILL')),
  };
}

/** Starts coordinators of one cluster, each at the addresses and on the state of the one before it. */
export function coordinatorProcesses(dist: string, cluster: Pick<Cluster, 'nats' | 'folder'>) {
  let ports = { grpcPort: 0, httpPort: 0 };
  return async (): Promise<CoordinatorProcess> => {
    const started = await startCoordinatorProcess(dist, {
      natsServers: [cluster.nats.url],
      namespace: 'test',
      stateDir: join(cluster.folder, 'coordinator'),
      heartbeatIntervalMs: 100,
      leaseDurationMs: 10_000,
      ...ports,
    });
    ports = { grpcPort: Number(started.grpc.split(':')[1]), httpPort: Number(started.http.split(':')[2]) };
    return started;
  };
}
