import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Bound on one demo with a fixture study, on a busy machine. */
const PATIENCE_MS = 240_000;

/** `tickwork demo` as a process of its own, in a temporary folder of its own. Needs dist/. */
export interface DemoProcess extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until the pattern is found in what was printed so far, on either stream. @returns the match. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Process ids by name, as the demo told them. */
  processes(): Promise<ReadonlyMap<string, number>>;
  signal(name: NodeJS.Signals): void;
  /** Waits for the end. @returns the exit code. */
  readonly exited: Promise<number | null>;
  /** Of the processes the demo told of, those that still run. */
  leftProcesses(): Promise<readonly string[]>;
  /** What is left in its temporary folder. */
  leftFiles(): readonly string[];
}

export async function startDemo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<DemoProcess> {
  const folder = await temporaryFolder();
  const temporary = join(folder.path, 'tmp');
  mkdirSync(temporary);
  const child = spawn(process.execPath, [PROGRAM, 'demo', ...args], {
    env: { ...process.env, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  void exited.then(() => clearTimeout(late));

  async function printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(`${err}\n${out}`);
      if (match) return match;
      const over = await Promise.race([exited, new Promise<'again'>((again) => setTimeout(again, 20, 'again'))]);
      if (over === 'again') continue;
      throw new Error(`Expected the demo to print ${pattern}, got exit code ${over} and:\n${err}\n${out}`);
    }
  }

  async function processes(): Promise<ReadonlyMap<string, number>> {
    const [, list = ''] = await printed(/^Processes: (.*)$/m);
    return new Map(
      list
        .split(', ')
        .map((entry) => entry.split(' ') as [string, string])
        .map(([name, pid]) => [name, Number(pid)]),
    );
  }

  /** Also those that were started again. */
  function known(): readonly (readonly [string, number])[] {
    const first =
      /^Processes: (.*)$/m
        .exec(`${err}\n${out}`)?.[1]
        ?.split(', ')
        .map((entry) => entry.split(' ')) ?? [];
    const again = [...`${err}\n${out}`.matchAll(/^(\S+) is back \(process (\d+)\)/gm)].map(([, name, pid]) => [
      name,
      pid,
    ]);
    return [...first, ...again].map(([name, pid]) => [name as string, Number(pid)] as const);
  }

  return {
    pid: child.pid as number,
    stdout: () => out,
    stderr: () => err,
    printed,
    processes,
    signal: (name) => void child.kill(name),
    exited,
    leftProcesses: async () =>
      known()
        .filter(([, pid]) => existsSync(`/proc/${pid}`))
        .map(([name, pid]) => `${name} ${pid}`),
    leftFiles: () => readdirSync(temporary),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      // After a SIGKILL of the demo its children notice by themselves.
      await eventually('the children to end', () =>
        known().some(([, pid]) => existsSync(`/proc/${pid}`)) ? undefined : true,
      );
      await folder[Symbol.asyncDispose]();
    },
  };
}
