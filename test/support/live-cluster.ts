import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type CoordinatorClient, createCoordinatorClient } from '../../cli/client/coordinator-client.ts';
import { systemClock } from '../../runtime/clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Bound on start and stop: NATS, coordinator and a worker's training process on a busy machine. */
const PATIENCE_MS = 90_000;

/** Bound on a sweep of some seconds. */
const SWEEP_PATIENCE_MS = 150_000;

/** `tickwork up`: NATS, a coordinator and workers as real processes, in a folder of their own. */
export interface LiveCluster extends AsyncDisposable {
  /** `host:port` of gRPC. */
  readonly coordinator: string;
  /** `host:port` of HTTP: page, JSON API and /metrics. */
  readonly http: string;
  readonly client: CoordinatorClient;
  /** Submits a study and follows it to its end. @returns the sweep's name. */
  run(studyYaml: string, onChange?: () => Promise<unknown>): Promise<string>;
}

/** Needs dist/, which the e2e project builds before its tests. */
export async function startLiveCluster({ workers = 1 } = {}): Promise<LiveCluster> {
  const folder = await temporaryFolder();
  const args = ['up', '--json', '--port', '0', '--http-port', '0', '--workers', String(workers)];
  const child = spawn(process.execPath, [PROGRAM, ...args, '--state-dir', join(folder.path, 'state')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data: Buffer) => (log += data.toString()));
  const exited = once(child, 'exit');
  const ended = new AbortController();

  async function stop(): Promise<void> {
    ended.abort();
    // SIGTERM: the command stops its processes in order; the second one makes it kill them.
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGTERM'), PATIENCE_MS);
    await exited;
    clearTimeout(force);
    await folder[Symbol.asyncDispose]();
  }

  try {
    const lines = createInterface({ input: child.stdout });
    const late = AbortSignal.timeout(PATIENCE_MS);
    const first = once(lines, 'line', { signal: late }).then(([line]) => String(line));
    const line = await Promise.race([first, exited.then(([code]) => Promise.reject(new Error(`exit code ${code}`)))]);
    const { coordinator, page } = JSON.parse(line) as { coordinator: string; page: string };
    const client = createCoordinatorClient({
      address: coordinator,
      signal: ended.signal,
      clock: systemClock,
      random: Math.random,
    });
    return {
      coordinator,
      http: new URL(page).host,
      client,
      async run(studyYaml, onChange) {
        const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
        const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(SWEEP_PATIENCE_MS)]);
        try {
          for await (const _ of client.watchSweep({ name, minIntervalMs: 200 }, signal)) await onChange?.();
        } catch (error) {
          throw new Error(`Expected ${name} to end, got ${String(error)}:\n${log}${await logs(folder.path)}`);
        }
        return name;
      },
      async [Symbol.asyncDispose]() {
        client.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw new Error(`Expected \`tickwork up\` to start a cluster, got ${String(error)}:\n${log}`);
  }
}

/** The end of every process's log. */
async function logs(folder: string): Promise<string> {
  const directory = join(folder, 'state', 'logs');
  const texts = (await readdir(directory)).map(async (file) => {
    const lines = (await readFile(join(directory, file), 'utf8')).trimEnd().split('\n');
    return `--- ${file}\n${lines.slice(-20).join('\n')}\n`;
  });
  return (await Promise.all(texts)).join('');
}
