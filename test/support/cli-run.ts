import { randomUUID } from 'node:crypto';
import type { CliContext } from '../../cli/context.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { createInterrupts } from '../../cli/interrupts.ts';
import { runCli } from '../../cli/program.ts';
import { LIMITS } from '../../coordinator/access/limits.ts';
import { createGrpcServer } from '../../coordinator/grpc/server.ts';
import type { ExportChunk } from '../../proto/generated/tickwork/v1/ExportChunk.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { demoMoment } from './demo-moment.ts';
import { openGuard } from './open-guard.ts';
import { createScriptedApi, type ScriptedApi } from './scripted-api.ts';
import type { ScriptedWorld } from './vgg-demo-world.ts';

export interface CliRun {
  /** Settles when the command has ended. */
  readonly ended: Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
  readonly out: () => string;
  readonly err: () => string;
  /** Ctrl-C. */
  interrupt(): void;
}

/** Starts one command line in this process, as main.ts would, on pipes instead of a terminal. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliRun {
  let [out, err, code] = ['', '', EXIT.ok as number];
  let time = 0;
  const interrupts = createInterrupts(() => time);
  const terminal = { isTty: false, columns: 80, rows: 24, colour: false, unicode: true };
  const cli: CliContext = {
    env,
    machine: { platform: 'linux', arch: 'x64', uid: 1000, env: {}, hostname: 'here', cpus: 2 },
    stdout: { ...terminal, write: (text) => void (out += text.toString()) },
    stderr: { ...terminal, write: (text) => void (err += text.toString()) },
    signal: interrupts.signal,
    force: interrupts.force,
    clock: systemClock,
    random: Math.random,
    uuid: randomUUID,
    confirm: async () => false,
    programFile: '/nonexistent',
    onHangup: () => undefined,
    setExitCode: (wanted) => {
      code = wanted;
    },
  };
  return {
    ended: runCli(cli, args).then(() => ({ code, out, err })),
    out: () => out,
    err: () => err,
    interrupt() {
      time += 1_000;
      interrupts.receive('SIGINT');
    },
  };
}

export interface ScriptedServer extends AsyncDisposable {
  /** `host:port` of gRPC. */
  readonly address: string;
  readonly api: ScriptedApi;
  readonly world: ScriptedWorld;
  /** Runs a command against it. */
  run(...args: readonly string[]): CliRun['ended'];
  close(): Promise<void>;
}

/** The coordinator's own gRPC server on a free port, over a scripted API. */
export async function startScriptedServer(
  port = 0,
  world: ScriptedWorld = demoMoment(new Date()),
): Promise<ScriptedServer> {
  const api = createScriptedApi(world);
  const server = createGrpcServer({
    api: { ...api, exportTable: (request, call) => asBytes(api.exportTable(request, call)) },
    work: () => ({ onMessage: () => undefined, onClosed: () => undefined }),
    reflection: false,
    guard: openGuard(),
    limits: LIMITS,
    clock: systemClock,
    logger: createLogger('grpc-test', 'silent'),
    now: () => performance.now(),
    onFinished: () => undefined,
  });
  const address = `127.0.0.1:${await server.listen('127.0.0.1', port)}`;
  return {
    address,
    api,
    world,
    run: (...args) => startCommand(['--coordinator', address, ...args]).ended,
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
}

/** The scripted export yields text; on the wire a string would be taken for base64. */
async function* asBytes(chunks: AsyncIterable<ExportChunk>): AsyncGenerator<ExportChunk> {
  for await (const chunk of chunks) yield { ...chunk, data: Buffer.from(String(chunk.data)) };
}
