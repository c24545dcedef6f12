import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** Time in which faults begin, over all rounds. */
  readonly minutes: number;
  /** Of the faults: their kinds, targets, times and lengths. What the processes do meanwhile is theirs. */
  readonly seed: number;
  /** Faults that begin in a minute; above some 20 they overlap more often than not. */
  readonly perMinute: number;
  readonly rows: number;
  /** Servers of NATS, one round for each number. */
  readonly nats: readonly (1 | 3)[];
  readonly workers: number;
  readonly slots: number;
  /** Print nothing but the last line. */
  readonly json: boolean;
  /** Keep the logs and state of the processes. */
  readonly keep: boolean;
}

export const USAGE =
  'npm run chaos -- [--minutes 10] [--seed N] [--per-minute 12] [--rows 10000] [--nats single|cluster|both] [--workers 4] [--slots 4] [--json] [--keep]';

const ROUNDS: Readonly<Record<string, readonly (1 | 3)[]>> = { single: [1], cluster: [3], both: [1, 3] };

/** @throws Error saying which option is wrong. */
export function chaosOptions(args: readonly string[], anySeed: () => number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string' },
      'per-minute': { type: 'string', default: '12' },
      rows: { type: 'string', default: '10000' },
      nats: { type: 'string', default: 'both' },
      workers: { type: 'string', default: '4' },
      slots: { type: 'string', default: '4' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const nats = ROUNDS[values.nats];
  if (nats === undefined)
    throw new Error(`Expected --nats to be single, cluster or both, got ${values.nats}.\n${USAGE}`);
  return {
    minutes: positive('--minutes', values.minutes),
    seed: values.seed === undefined ? anySeed() : wholeNumber('--seed', values.seed),
    perMinute: wholeNumber('--per-minute', values['per-minute']),
    rows: wholeNumber('--rows', values.rows),
    nats,
    workers: wholeNumber('--workers', values.workers),
    slots: wholeNumber('--slots', values.slots),
    json: values.json,
    keep: values.keep,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 24 * 60) return value;
  throw new Error(`Expected ${name} to be a number above 0 and at most 1440, got ${text}.\n${USAGE}`);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error(`Expected ${name} to be a whole number from 1 on, got ${text}.\n${USAGE}`);
}
