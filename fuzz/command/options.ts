import { parseArgs } from 'node:util';

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** Print nothing but the last line. */
  readonly json: boolean;
  /** Index of the one request to make; undefined: all. */
  readonly only?: number;
}

export const USAGE = 'npm run fuzz -- [--requests 5000] [--seed N] [--only INDEX] [--json]';

/** @throws Error saying which option is wrong. */
export function fuzzOptions(args: readonly string[], anySeed: () => number): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string', default: '5000' },
      seed: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    requests: wholeNumber('--requests', values.requests, 1),
    seed: values.seed === undefined ? anySeed() : wholeNumber('--seed', values.seed, 0),
    json: values.json,
    ...(values.only === undefined ? {} : { only: wholeNumber('--only', values.only, 0) }),
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Error(`Expected ${name} to be a whole number from ${least}, got ${text}.\n${USAGE}`);
}
