import type { ChildProcess } from 'node:child_process';
import type { ChildSpec } from './child.ts';

/** What a `tickwork coordinator` or `tickwork worker` says over IPC once it does its work. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly addresses: Readonly<Record<string, string>>;
}

export interface TickworkProcess {
  readonly name: string;
  /** The compiled command. */
  readonly programFile: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How to start one of our own commands. It ends by itself when the channel to its parent closes. */
export function tickworkSpec({
  name,
  programFile,
  args,
  logFile,
  env,
}: TickworkProcess): ChildSpec<ReadyMessage['addresses']> {
  return { name, file: process.execPath, args: [programFile, ...args], env, logFile, ipc: true, whenReady };
}

function whenReady(child: ChildProcess, signal: AbortSignal): Promise<ReadyMessage['addresses']> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('it ended')), { once: true });
    child.on('message', (message) => {
      if (isReady(message)) resolve(message.addresses);
    });
  });
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}
