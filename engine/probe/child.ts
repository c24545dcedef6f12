import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  /** Compiled module that answers one request, see `answer.ts`. */
  readonly entry: string;
  readonly request: unknown;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until SIGKILL. */
  readonly timeLimit: number;
  readonly signal?: AbortSignal;
  /** What the child says it is doing. */
  readonly onStage?: (stage: string) => void;
}

export type ChildEnd =
  | { readonly kind: 'answered'; readonly answer: unknown }
  /** It ended, or was ended, before it had answered. */
  | {
      readonly kind: 'died';
      /** For example `was ended by SIGABRT`. */
      readonly how: string;
      /** Which signal ended it, if any. */
      readonly by?: NodeJS.Signals;
      /** What it was doing. */
      readonly stage: string;
      readonly lastLines: readonly string[];
    };

export type ChildMessage =
  | { readonly type: 'stage'; readonly stage: string }
  | { readonly type: 'answer'; readonly answer: unknown };

const KEPT_LINES = 20;
const KEPT_LINE_LENGTH = 300;
/** Libraries have been seen to crash while they are unloaded: whoever has answered need not end well. */
const END_GRACE_MS = 2_000;

/**
 * Asks a process of its own. A native library that aborts, hangs or is built for another machine ends that process
 * and nothing else.
 * @throws the reason of `signal`; whatever the child does is a result.
 */
export async function askChild(options: ChildOptions): Promise<ChildEnd> {
  const { entry, request, env, timeLimit, signal, onStage } = options;
  signal?.throwIfAborted();
  const child = fork(entry, [], {
    env,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lastLines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    if (output === null) continue;
    createInterface({ input: output }).on('line', (line) => {
      lastLines.push(line.slice(0, KEPT_LINE_LENGTH));
      if (lastLines.length > KEPT_LINES) lastLines.shift();
    });
  }
  let stage = 'starting';
  let reason = '';
  const kill = (why: string): void => {
    reason ||= why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => kill(`took longer than ${timeLimit / 1000} s`), timeLimit);
  const onAbort = (): void => kill('was interrupted');
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const end = await new Promise<ChildEnd>((resolve) => {
      child.on('message', (message: ChildMessage) => {
        if (message.type === 'answer') return resolve({ kind: 'answered', answer: message.answer });
        stage = message.stage;
        onStage?.(stage);
      });
      child.once('error', (error) => resolve({ kind: 'died', how: error.message, stage, lastLines }));
      // 'close' comes after the last line; 'exit' alone where a grandchild holds the pipes.
      const died = (code: number | null, by: NodeJS.Signals | null) => (): void => {
        const how = reason || (by === null ? `ended with code ${code}` : `was ended by ${by}`);
        resolve({ kind: 'died', how, ...(by === null ? {} : { by }), stage, lastLines });
      };
      child.once('exit', (code, by) => {
        const late = setTimeout(died(code, by), 500);
        child.once('close', () => {
          clearTimeout(late);
          died(code, by)();
        });
      });
      // Where it cannot be sent, the child has ended, and says so by 'exit'.
      child.send(request as object, () => {});
    });
    signal?.throwIfAborted();
    return end;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) {
      const late = setTimeout(() => child.kill('SIGKILL'), END_GRACE_MS);
      child.once('exit', () => clearTimeout(late));
    }
  }
}
