import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addToken } from '../../cli/credentials/token-store.ts';
import { type ChildSpec, logTail, startChild } from '../../cli/local/child.ts';
import { natsSpec, writeNatsConfig } from '../../cli/local/nats-spec.ts';
import { tickworkSpec } from '../../cli/local/tickwork-spec.ts';
import { ROLES } from '../../core/access/identity.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';

/** A coordinator process as a lab runs it, with tokens, on a nats-server of its own; it is never started again. */
export interface Target {
  readonly pid: number;
  /** `host:port` */
  readonly grpc: string;
  readonly http: string;
  /** By role. */
  readonly tokens: Readonly<Record<string, string>>;
  /** How it ended, once it has. */
  readonly died: Promise<string>;
  close(): Promise<void>;
}

/** Beside dist/fuzz/target in a compiled tree. */
const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const READY_MS = 120_000;
const STOP_MS = 20_000;

/** @param program the compiled command; default: the one of this tree. */
export async function startTarget(program = PROGRAM): Promise<Target> {
  const lifecycle = createLifecycle();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'tickwork-fuzz-'));
    lifecycle.add('folder', () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    const nats = {
      program: 'nats-server',
      version: [2, 9] as const,
      folder: join(folder, 'nats'),
      logFile: join(folder, 'nats.log'),
      env: process.env,
    };
    await writeNatsConfig(nats, -1);
    const server = await start(natsSpec(nats), lifecycle.add);

    const tokenFile = join(folder, 'tokens.json');
    const tokens: Record<string, string> = {};
    for (const role of ROLES)
      tokens[role] = await addToken(tokenFile, { name: `fuzz-${role}`, role }, undefined, Date.now());
    await writeFile(join(folder, 'coordinator.log'), '');
    const args = [
      ...[
        'coordinator',
        '--grpc',
        '127.0.0.1:0',
        '--http',
        '127.0.0.1:0',
        '--tokens',
        tokenFile,
        '--state-dir',
        join(folder, 'state'),
      ],
      // Its limits would hide what lies behind them; they have tests of their own.
      ...['--nats', `nats://127.0.0.1:${server.ready.port}`, '--calls-per-second', '1000000', '--log-level', 'error'],
    ];
    const coordinator = await start(
      tickworkSpec({
        name: 'coordinator',
        programFile: program,
        args,
        logFile: join(folder, 'coordinator.log'),
        env: process.env,
      }),
      lifecycle.add,
    );
    const { grpc = '', http = '' } = coordinator.ready;
    const died = coordinator.exited.then((how) => `${how}\n${logTail(join(folder, 'coordinator.log'), 40)}`);
    return { pid: coordinator.pid, grpc, http, tokens, died, close: lifecycle.release };
  } catch (error) {
    await lifecycle.release();
    throw error;
  }
}

async function start<Ready>(spec: ChildSpec<Ready>, add: (name: string, release: () => Promise<void>) => void) {
  const child = startChild(spec, systemClock);
  add(spec.name, () => child.stop(STOP_MS));
  const late = delay(READY_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`Expected ${spec.name} to start.`)),
  );
  const ended = child.exited.then((how) =>
    Promise.reject(new Error(`Expected ${spec.name} to start, got ${how}:\n${logTail(spec.logFile)}`)),
  );
  const ready = await Promise.race([child.ready, ended, late]);
  return { ready, pid: child.pid, exited: child.exited };
}
