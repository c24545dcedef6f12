import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface NatsServer extends AsyncDisposable {
  /** For example `nats://127.0.0.1:41873`; stays the same over kill() and restart(). */
  readonly url: string;
  readonly port: number;
  /** Of the running process; undefined after kill() or stop(). */
  readonly pid: number | undefined;
  /** Where JetStream keeps its files; they outlive kill() and restart(). */
  readonly storeDir: string;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** SIGTERM: the server closes its connections and flushes its files. */
  stop(): Promise<void>;
  /** Starts the server again on the same port and files; kills it first when it still runs. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nobody answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** What the server has printed so far. */
  output(): string;
}

export interface NatsServerOptions {
  /** Further lines of nats-server configuration, for example `max_payload: 2MB`. */
  readonly config?: string;
}

/** Bound on start and stop: a loaded machine is slow, a broken one must not hang the test. */
const PATIENCE_MS = 15_000;

/** Runs the `nats-server` of PATH on a free port of 127.0.0.1, with JetStream in a temporary folder. */
export async function startNatsServer({ config = '' }: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwork-nats-'));
  const configFile = join(folder, 'nats.conf');
  let port = -1;
  let child: ChildProcess | undefined;
  let watchdog: ChildProcess | undefined;
  let printed = '';

  async function start(): Promise<void> {
    await writeFile(
      configFile,
      `listen: "127.0.0.1:${port}"\nports_file_dir: "${folder}"\njetstream { store_dir: "${folder}" }\n${config}\n`,
    );
    const started = spawn('nats-server', ['--config', configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const pipe of [started.stdout, started.stderr])
      pipe.on('data', (data: Buffer) => (printed += data.toString()));
    child = started;
    await once(started, 'spawn');
    watchdog = startWatchdog(started.pid as number, folder);
    port = await readPort(started);
  }

  /** The server writes its ports file once it takes connections. */
  async function readPort(started: ChildProcess): Promise<number> {
    const file = join(folder, `nats-server_${started.pid}.ports`);
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(10)) {
      if (started.exitCode !== null) break;
      const ports = await readFile(file, 'utf8').catch(() => '');
      // Read between the server's creating and filling the file, the text does not end in a brace yet.
      const address = ports.trimEnd().endsWith('}') ? (JSON.parse(ports) as { nats: string[] }).nats[0] : undefined;
      if (address) return Number(new URL(address).port);
    }
    started.kill('SIGKILL');
    throw new Error(
      `Expected nats-server to listen within ${PATIENCE_MS} ms, got exit code ${started.exitCode}:\n${printed}`,
    );
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    watchdog?.kill('SIGKILL');
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    // A paused process does not see SIGTERM.
    const force = setTimeout(() => ending.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(force);
  }

  function signal(name: NodeJS.Signals): void {
    if (!child?.kill(name))
      throw new Error(`Expected a running nats-server to send ${name} to, got none. Call restart() first.`);
  }

  await start().catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    get url() {
      return `nats://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    get pid() {
      return child?.pid;
    },
    storeDir: folder,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async restart() {
      await end('SIGKILL');
      await start();
    },
    pause() {
      signal('SIGSTOP');
      if (child?.pid !== undefined) untilStopped(child.pid);
    },
    resume: () => signal('SIGCONT'),
    output: () => printed,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Ends the server and deletes its folder when this process is gone without having done so: test runners kill the
 * processes of tests that hang. Its stdin is a pipe from us that nobody ever writes to.
 */
function startWatchdog(pid: number, folder: string): ChildProcess {
  const script = 'cat; kill -9 "$0"; rm -rf "$1"';
  const shell = spawn('sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  return shell;
}

/** The signal is on its way when kill() returns; until every thread has it the server may still answer. */
function untilStopped(pid: number): void {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'),
    );
    if (threads.every((stat) => /\) [TtZX] /.test(stat))) return;
  }
}
