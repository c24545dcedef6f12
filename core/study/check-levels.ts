import type { z } from 'zod';
import { createGrid, type Grid } from '../grid/grid.ts';
import type { Complaint } from './complaint.ts';
import type { Study } from './study.ts';
import { TRIAL_PARAMETER_NAMES, type TrialParameters, trialParametersSchema } from './trial-parameters.ts';

/** Up to this many configurations are validated one by one; beyond it each level is tried once with the first levels of the others. */
const EXHAUSTIVE_LIMIT = 10_000;
const MAX_COMPLAINTS = 50;

const PARAMETER_NAMES = new Set(TRIAL_PARAMETER_NAMES);

export const isTrialParameter = (name: string): boolean => PARAMETER_NAMES.has(name);

/** Validates what the levels assign. Each complaint points at the level (or shared parameter) that set the bad value. */
export function checkLevels(study: Study): Complaint[] {
  const unknown = unknownNames(study);
  if (unknown.length > 0) return unknown;
  const grid = createGrid(study);
  const found = new Map<string, Complaint>();
  for (const index of indicesToTry(study, grid)) {
    for (const complaint of complaintsAt(study, grid, index))
      found.set(`${complaint.path.join('.')} ${complaint.message}`, complaint);
    if (found.size >= MAX_COMPLAINTS) break;
  }
  return [...found.values()];
}

/** @returns the validated parameters of one configuration. @throws ZodError never for a study that passed checkLevels exhaustively. */
export function trialParameters(grid: Grid, gridIndex: number): TrialParameters {
  return trialParametersSchema.parse(grid.parameters(gridIndex));
}

function* indicesToTry(study: Study, grid: Grid): Generator<number> {
  if (grid.size <= EXHAUSTIVE_LIMIT) {
    for (let i = 0; i < grid.size; i++) if (grid.allows(i)) yield i;
    return;
  }
  for (const [i, factor] of study.factors.entries()) {
    for (let digit = 0; digit < factor.levels.length; digit++) yield digit * (grid.strides[i] as number);
  }
}

function complaintsAt(study: Study, grid: Grid, gridIndex: number): Complaint[] {
  const values = grid.parameters(gridIndex);
  const parsed = trialParametersSchema.safeParse(values);
  const issues = parsed.success ? [] : parsed.error.issues.map(readable(values));
  return issues.map(({ parameter, message }) => ({ path: pathOf(study, grid, gridIndex, parameter), message }));
}

function readable(values: Readonly<Record<string, unknown>>) {
  return (issue: z.core.$ZodIssue): { parameter: string; message: string } => {
    const parameter = String(issue.path[0] ?? '');
    if (!(parameter in values) && issue.code !== 'custom')
      return { parameter, message: `Expected the parameter ${parameter} to be given, in parameters or by a level` };
    const got = JSON.stringify(values[parameter]);
    const message = issue.message.replace(/^Invalid (input|option): e/, 'E').replace(/, received .*$/, '');
    return { parameter, message: message.includes(', got') ? message : `${message}, got ${parameter} = ${got}` };
  };
}

/** Where the study sets `parameter` for this configuration: the last factor whose level assigns it, else `parameters`. */
function pathOf(study: Study, grid: Grid, gridIndex: number, parameter: string): (string | number)[] {
  for (let i = study.factors.length - 1; i >= 0; i--) {
    const factor = study.factors[i] as Study['factors'][number];
    const digit = Math.floor(gridIndex / (grid.strides[i] as number)) % factor.levels.length;
    if (parameter in (factor.levels[digit]?.assignments ?? {})) {
      return parameter === factor.name ? ['factors', factor.name, digit] : ['factors', factor.name, digit, parameter];
    }
  }
  return ['parameters', parameter];
}

function unknownNames(study: Study): Complaint[] {
  const complain = (path: (string | number)[], name: string): Complaint[] =>
    isTrialParameter(name)
      ? []
      : [
          {
            path,
            message: `Expected a trial parameter (${[...PARAMETER_NAMES].join(', ')}), got ${JSON.stringify(name)}`,
          },
        ];
  return [
    ...Object.keys(study.parameters).flatMap((name) => complain(['parameters', name], name)),
    ...study.factors.flatMap((factor) => {
      const seen = new Set<string>();
      return factor.levels.flatMap((level, i) => {
        const names = Object.keys(level.assignments).flatMap((name) =>
          complain(['factors', factor.name, i, name], name),
        );
        const repeated = seen.has(level.label)
          ? [
              {
                path: ['factors', factor.name, i],
                message: `Expected labels to differ, got ${JSON.stringify(level.label)} twice`,
              },
            ]
          : [];
        seen.add(level.label);
        return [...names, ...repeated];
      });
    }),
  ];
}
