import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describeMachine } from '../machine.ts';

/** A process that has one training step ready and times it when asked. It speaks a line of JSON at a time. */
export interface Contender {
  /** Library and version. */
  readonly library: string;
  /** Milliseconds from the network's description to a step that has run once. */
  readonly openMs: number;
  /** @returns milliseconds of each of `steps` steps. */
  round(steps: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

export interface ContenderCommand {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds until the first answer; a first run on a GPU may compile for minutes. */
  readonly timeLimit: number;
}

type Answer = { readonly library: string; readonly openMs: number } | { readonly ms: readonly number[] };

/** @throws Error with the process's last lines where it ends or is silent. */
export async function openContender({ command, env, timeLimit }: ContenderCommand): Promise<Contender> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line);
    if (complaints.length > 5) complaints.shift();
  });
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  const fail = (how: string): void => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${how}. ${complaints.join(' · ')}`));
  };
  child.once('error', (error) => fail(error.message));
  child.once('close', (code, signal) => fail(`Expected an answer of the contender, got its end (${signal ?? code})`));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) waiting.shift()?.resolve(JSON.parse(line) as Answer);
  });
  const answer = (limit: number): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), limit);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          settle(value);
        };
      waiting.push({ resolve: settled(resolve), reject: settled(reject) });
    });
  const first = await answer(timeLimit);
  if (!('library' in first)) throw new Error('Expected the contender to introduce itself first.');
  return {
    ...first,
    async round(steps) {
      const reply = answer(timeLimit);
      child.stdin.write(`${steps}\n`);
      const result = await reply;
      return 'ms' in result ? result.ms : [];
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Thread pools sized alike for every contender. */
export function threadEnvironment(threads: number): Readonly<Record<string, string>> {
  const count = String(Math.min(threads, describeMachine().cores));
  return { OMP_NUM_THREADS: count, MKL_NUM_THREADS: count, ORT_DISABLE_TELEMETRY: '1' };
}
