import { randomUUID } from 'node:crypto';
import { TickworkError } from '../core/errors.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Machine } from './provision/machine.ts';
import type { Terminal } from './terminal.ts';

/** All that a command takes from outside; main.ts makes it of `process`, a test of what it wants to see. */
export interface CliContext {
  /** The process's environment, for settings that may come from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly machine: Machine & { readonly hostname: string; readonly cpus: number };
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Aborts at the first interrupt, with an Interrupted as its reason. */
  readonly signal: AbortSignal;
  /** Aborts at the second: give up the orderly way. */
  readonly force: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  /** Asks yes or no on the terminal; no where there is none. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** The compiled command itself, to start it again as a child. */
  readonly programFile: string;
  /** Set when this process is a child of `tickwork up` or `tickwork demo`. */
  readonly parent?: ParentProcess;
  /** From now on SIGHUP calls this instead of ending the command. */
  onHangup(listener: () => void): void;
  setExitCode(code: ExitCode): void;
}

/** Tells the supervising process that this one is ready. */
export interface ParentProcess {
  ready(addresses: Readonly<Record<string, string>>): void;
}

export const realTime = { clock: systemClock, random: Math.random, uuid: randomUUID } as const;

/** Options that every command has. */
export interface GlobalOptions {
  readonly coordinator?: string;
  /** Folder of credentials. */
  readonly credentials?: string;
  readonly json?: boolean;
}

/** Prints lines on stdout. */
export function printLines({ stdout }: CliContext, lines: readonly string[]): void {
  stdout.write(`${lines.join('\n')}\n`);
}

/** Prints one JSON document, one line when `compact`. */
export function printJson({ stdout }: CliContext, value: unknown, compact = false): void {
  stdout.write(`${JSON.stringify(value, undefined, compact ? undefined : 2)}\n`);
}

/** A line for the person; never on stdout, so that output can be piped. */
export function note({ stderr }: CliContext, line: string): void {
  stderr.write(`${line}\n`);
}

/** `gpu3` and `workers/gpu3` are the same worker. @throws TickworkError ARGUMENT_INVALID */
export function workerNameOf(text: string): string {
  const name = text.replace(/^workers\//, '');
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return `workers/${name}`;
  throw new TickworkError(
    'ARGUMENT_INVALID',
    `Expected a worker's name such as gpu3, got ${JSON.stringify(text)}. \`tickwork workers\` lists them.`,
  );
}

/** `vgg-demo-1` and `sweeps/vgg-demo-1` are the same sweep. @throws TickworkError ARGUMENT_INVALID */
export function sweepNameOf(text: string): string {
  const id = text.replace(/^sweeps\//, '');
  if (/^[a-z0-9][a-z0-9-]{0,79}$/.test(id)) return `sweeps/${id}`;
  throw new TickworkError(
    'ARGUMENT_INVALID',
    `Expected a sweep's name such as vgg-demo-1, got ${JSON.stringify(text)}. \`tickwork ls\` lists them.`,
  );
}
