import type { Command } from '../command/command.ts';
import { commonWords, PLACES, parseWord, placeholdersOf } from '../command/template.ts';
import { createGrid } from '../grid/grid.ts';
import { FAILURE_KINDS, type FailureKind } from '../trial/states.ts';
import type { Complaint } from './complaint.ts';
import { type Complain, isMapping, shown } from './read-axis.ts';
import type { ParameterValue, Study } from './study.ts';
import type { Path } from './yaml-positions.ts';

const KEYS = ['run', 'grace', 'timeLimit', 'exitCodes'];
const FORMS =
  '[python3, train.py, --lr, "{lr}"], or { run: [...], grace: 30, timeLimit: 3600, exitCodes: { 3: diverged } }';
const MAX_WORDS = 256;
const MAX_WORD = 4096;
const DEFAULT_GRACE_SECONDS = 10;

/** Configurations that are tried one by one; a placeholder that one of them does not fill is told of. */
const MAX_TRIED = 10_000;

/** Reads `command`. @returns undefined when there is none, or after a complaint. */
export function readCommand(value: unknown, complain: Complain): Command | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return readMapping({ run: value }, ['command'], complain);
  if (isMapping(value)) return readMapping(value, ['command', 'run'], complain);
  complain(['command'], `Expected ${FORMS}, got ${shown(value)}`);
  return undefined;
}

function readMapping(value: Readonly<Record<string, unknown>>, at: Path, complain: Complain): Command | undefined {
  let good = true;
  const wrong = (path: Path, message: string): void => {
    good = false;
    complain(path, message);
  };
  for (const key of Object.keys(value))
    if (!KEYS.includes(key)) wrong(['command', key], `Expected one of ${KEYS.join(', ')}, got ${shown(key)}`);
  const { run, grace = DEFAULT_GRACE_SECONDS, timeLimit, exitCodes = {} } = value;
  if (!isCount(grace, 0, 3600))
    wrong(['command', 'grace'], `Expected grace to be 0 to 3600 seconds, got ${shown(grace)}`);
  if (timeLimit !== undefined && !isCount(timeLimit, 1, 2_000_000))
    wrong(['command', 'timeLimit'], `Expected timeLimit to be 1 to 2000000 seconds, got ${shown(timeLimit)}`);
  return readWords(run, at, wrong) && readExitCodes(exitCodes, wrong) && good
    ? {
        run: (run as unknown[]).map(String),
        graceSeconds: grace as number,
        ...(timeLimit === undefined ? {} : { timeLimitSeconds: timeLimit as number }),
        exitCodes: exitCodes as Record<string, FailureKind>,
      }
    : undefined;
}

type Wrong = (path: Path, message: string) => void;

function readWords(run: unknown, at: Path, wrong: Wrong): boolean {
  if (!Array.isArray(run) || run.length === 0 || run.length > MAX_WORDS) {
    wrong(at, `Expected 1 to ${MAX_WORDS} words, such as ${FORMS}, got ${shown(run)}`);
    return false;
  }
  let good = true;
  for (const [i, word] of run.entries()) {
    const text = typeof word === 'number' ? String(word) : word;
    const read =
      typeof text === 'string' && text.length <= MAX_WORD && !text.includes('\0') ? parseWord(text) : undefined;
    if (read !== undefined) continue;
    good = false;
    wrong([...at, i], `Expected a word with {placeholders}, and {{ or }} for a brace, got ${shown(word)}`);
  }
  if (!good || commonWords(run.map(String)).length > 0) return good;
  wrong([...at, 0], `Expected a program without a placeholder, got ${shown(run[0])}: workers are chosen by it`);
  return false;
}

function readExitCodes(value: unknown, wrong: Wrong): boolean {
  if (!isMapping(value)) {
    wrong(['command', 'exitCodes'], `Expected exit codes and what they mean, got ${shown(value)}`);
    return false;
  }
  let good = true;
  for (const [code, kind] of Object.entries(value)) {
    if (/^([1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/.test(code) && (FAILURE_KINDS as readonly unknown[]).includes(kind))
      continue;
    good = false;
    wrong(
      ['command', 'exitCodes', code],
      `Expected an exit code from 1 to 255 to mean one of ${FAILURE_KINDS.join(', ')}, got ${code}: ${shown(kind)}`,
    );
  }
  return good;
}

const isCount = (value: unknown, low: number, high: number): boolean =>
  typeof value === 'number' && value >= low && value <= high;

/** Whether every configuration fills every placeholder, and no parameter has a name that means something else. */
export function checkCommand(study: Study, command: Command): Complaint[] {
  const grid = createGrid(study);
  const complaints = new Map<string, Complaint>();
  for (const name of [...Object.keys(study.parameters), ...study.factors.map((factor) => factor.name)])
    if ((PLACES as readonly string[]).includes(name))
      complaints.set(name, {
        path: name in study.parameters ? ['parameters', name] : ['factors', name],
        message: `Expected another name than ${PLACES.join(', ')}, which mean something in a command`,
      });
  for (let index = 0; index < Math.min(grid.size, MAX_TRIED); index++) {
    if (!grid.allows(index)) continue;
    for (const complaint of complaintsAboutCommand(command, grid.parameters(index)))
      complaints.set(complaint.path.join('.'), complaint);
  }
  return [...complaints.values()];
}

/** Placeholders without a value. */
export function complaintsAboutCommand(
  { run }: Command,
  parameters: Readonly<Record<string, ParameterValue>>,
): Complaint[] {
  return run.flatMap((word, i) =>
    placeholdersOf(word)
      .filter((name) => !(name in parameters) && !(PLACES as readonly string[]).includes(name))
      .map((name) => ({
        path: ['command', i],
        message: `Expected {${name}} to be a parameter that every configuration has, or one of ${PLACES.join(', ')}`,
      })),
  );
}
