import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CoordinatorConfigInput } from '../../coordinator/config.ts';
import { type ApiClient, connectApi } from './api-client.ts';

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
export async function startCoordinatorProcess(
  dist: string,
  config: CoordinatorConfigInput,
): Promise<CoordinatorProcess> {
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
