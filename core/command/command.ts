import type { ParameterValue } from '../study/study.ts';
import type { FailureKind } from '../trial/states.ts';

/** The lab's own program, which runs in place of the built-in training. Plain JSON: part of a stored study. */
export interface Command {
  /** Program and arguments, with `{placeholders}`; see template.ts. Never given to a shell. */
  readonly run: readonly string[];
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
  /** A longer trial has timed out. */
  readonly timeLimitSeconds?: number;
  /** What exit codes mean, beside the table in exit.ts. */
  readonly exitCodes: Readonly<Record<string, FailureKind>>;
}

/** What a worker is asked to run for one cell of such a study. */
export interface CommandSpec {
  readonly command: Command;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly seed: number;
  /** Of a study whose trials wait for each other: what is handed on between them. */
  readonly handover?: Handover;
}

/** What a trial finds of those that it has waited for, and what it leaves for others. */
export interface Handover {
  /** Its own attempt, 1-based. */
  readonly attempt: number;
  /** Others wait for it. */
  readonly awaited: boolean;
  /** The trials of its sweep that it has waited for, each with the attempt whose result was taken. */
  readonly upstreams: readonly { readonly cell: number; readonly attempt: number }[];
}

/** What a worker is started with: the words with which a command that it runs has to begin. */
export type CommandPrefix = readonly string[];

/** Whether the words begin with all words of one of the prefixes. A prefix without words allows nothing. */
export function isAllowed(words: readonly string[], prefixes: readonly CommandPrefix[]): boolean {
  return prefixes.some(
    (prefix) => prefix.length > 0 && prefix.length <= words.length && prefix.every((word, i) => word === words[i]),
  );
}
