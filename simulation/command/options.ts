import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { FLAW_NAMES, type FlawName } from '../check/planted-bugs.ts';

export interface SimulateOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Print nothing but the last line. */
  readonly json: boolean;
  /** Plant each bug too, and see that it is caught. */
  readonly plantedBugs: boolean;
  /** Run the seeds with this bug planted. */
  readonly planted: FlawName | undefined;
  /** Run each seed twice and compare. */
  readonly twice: boolean;
  /** Print everything that happens. */
  readonly follow: boolean;
  /** Processes. */
  readonly jobs: number;
}

export const USAGE = `npm run simulate -- [--seeds 200] [--seed FIRST] [--json] [--twice] [--follow] [--planted NAME] [--jobs N]`;

/** @throws Error saying which option is wrong. */
export function simulateOptions(args: readonly string[]): SimulateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      twice: { type: 'boolean', default: false },
      follow: { type: 'boolean', default: false },
      planted: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const { seed, seeds, json, twice, follow } = values;
  const planted = FLAW_NAMES.find((name) => name === values.planted);
  if (values.planted !== undefined && planted === undefined) {
    throw new Error(`Expected --planted to be one of ${FLAW_NAMES.join(', ')}, got ${values.planted}.\n${USAGE}`);
  }
  return {
    firstSeed: seed === undefined ? 1 : count('--seed', seed),
    seeds: seeds === undefined ? (seed === undefined ? 200 : 1) : count('--seeds', seeds),
    plantedBugs: planted === undefined && !follow && (seed === undefined || seeds !== undefined),
    ...{ json, twice, follow, planted },
    jobs: count('--jobs', values.jobs),
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error(`Expected ${name} to be a whole number from 1 on, got ${text}.\n${USAGE}`);
}
