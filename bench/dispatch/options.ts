import { parseArgs } from 'node:util';

export const PARTS = ['no-op', 'sleep', 'assign', 'submit', 'table', 'flat', 'rivals'] as const;

export interface DispatchOptions {
  /** Print nothing but the last line. */
  readonly json: boolean;
  readonly parts: readonly (typeof PARTS)[number][];
  /** No-op trials. */
  readonly cells: number;
  /** Sleeping trials. */
  readonly sleepers: number;
  /** Sizes of the finished sweeps whose tables are asked for. */
  readonly tableRows: readonly number[];
  readonly flatSizes: readonly number[];
  /** Interpreter that may have the rivals. */
  readonly python: string | undefined;
  /** Gets processor profiles of coordinator and workers of the no-op trials, and of the coordinator of the simulated workers. */
  readonly profileFolder: string | undefined;
}

/** @throws Error saying which option is wrong. */
export function dispatchOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DispatchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      parts: { type: 'string', default: PARTS.join(',') },
      cells: { type: 'string', default: '20000' },
      sleepers: { type: 'string', default: '320' },
      'table-rows': { type: 'string', default: '100000,1000000' },
      'flat-sizes': { type: 'string', default: '100,1000,10000,100000,1000000' },
      profile: { type: 'string' },
    },
  });
  return {
    json: values.json,
    parts: values.parts.split(',').map((text) => {
      const part = PARTS.find((name) => name === text);
      if (part !== undefined) return part;
      throw new Error(`Expected --parts to be some of ${PARTS.join(',')}, got ${text}.`);
    }),
    cells: whole('--cells', values.cells),
    sleepers: whole('--sleepers', values.sleepers),
    tableRows: values['table-rows'].split(',').map((text) => whole('--table-rows', text)),
    flatSizes: values['flat-sizes'].split(',').map((text) => whole('--flat-sizes', text)),
    python: env['TICKWORK_PYTHON'],
    profileFolder: values.profile,
  };
}

function whole(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`Expected ${option} to be a whole number from 1, got ${text}.`);
}
