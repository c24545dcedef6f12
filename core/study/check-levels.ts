import type { z } from 'zod';
import { createGrid, type Grid } from '../grid/grid.ts';
import { ABSENT, type FactorLeaf, leafDigit, leafLength } from '../space/space.ts';
import type { Complaint } from './complaint.ts';
import { levelAt } from './levels.ts';
import type { PlacedLeaf } from './raw-space.ts';
import type { ParameterValue, Study, StudyFactor } from './study.ts';
import { TRIAL_PARAMETER_NAMES, type TrialParameters, trialParametersSchema } from './trial-parameters.ts';
import type { Path } from './yaml-positions.ts';

/** Up to this many configurations are validated one by one; beyond it so many that show every level, and some spread evenly. */
const EXHAUSTIVE_LIMIT = 10_000;
const SPREAD = 1_000;
const MAX_COMPLAINTS = 50;

const PARAMETER_NAMES = new Set(TRIAL_PARAMETER_NAMES);

export const isTrialParameter = (name: string): boolean => PARAMETER_NAMES.has(name);

/**
 * Validates what the levels assign. Each complaint points at the level (or shared parameter) that set the bad value.
 * @param placed where the levels of each leaf are written.
 */
export function checkLevels(study: Study, placed: readonly PlacedLeaf[]): Complaint[] {
  const unknown = unknownNames(study, placed);
  if (unknown.length > 0) return unknown;
  const grid = createGrid(study);
  const places = placesOf(study, placed)(grid);
  const found = new Map<string, Complaint>();
  for (const index of indicesToTry(grid)) {
    if (!grid.allows(index)) continue;
    for (const complaint of complaintsAt(study, grid, places, index))
      found.set(`${complaint.path.join('.')} ${complaint.message}`, complaint);
    if (found.size >= MAX_COMPLAINTS) break;
  }
  return [...found.values(), ...checkStages(study, grid)];
}

/** What later stages of a search set, tried with the first configuration. */
function checkStages({ search }: Study, grid: Grid): Complaint[] {
  return (search?.kind === 'coarse-to-fine' ? search.stages : []).flatMap(({ parameters }, i) => {
    const values = { ...grid.parameters(0), ...parameters };
    const parsed = trialParametersSchema.safeParse(values);
    const issues = parsed.success ? [] : parsed.error.issues.map(readable(values));
    return issues
      .filter(({ parameter }) => parameter in parameters)
      .map(({ parameter, message }) => ({
        path: ['sampler', 'coarseToFine', 'stages', i, 'parameters', parameter],
        message,
      }));
  });
}

/** What is wrong with the parameters of one trial; paths are the names of parameters. */
export function complaintsAboutTrial(values: Readonly<Record<string, ParameterValue>>): Complaint[] {
  const unknown = Object.keys(values).filter((name) => !isTrialParameter(name));
  if (unknown.length > 0)
    return unknown.map((name) => ({
      path: [name],
      message: `Expected a trial parameter, got ${JSON.stringify(name)}`,
    }));
  const parsed = trialParametersSchema.safeParse(values);
  const issues = parsed.success ? [] : parsed.error.issues.map(readable(values));
  return issues.map(({ parameter, message }) => ({ path: [parameter], message }));
}

/** @returns the validated parameters of one configuration. @throws ZodError never for a study that passed checkLevels exhaustively. */
export function trialParameters(grid: Pick<Grid, 'parameters'>, gridIndex: number): TrialParameters {
  return trialParametersSchema.parse(grid.parameters(gridIndex));
}

function* indicesToTry(grid: Grid): Generator<number> {
  if (grid.size <= EXHAUSTIVE_LIMIT) {
    for (let i = 0; i < grid.size; i++) yield i;
    return;
  }
  let tried = 0;
  for (const index of grid.representatives()) {
    yield index;
    if (++tried === EXHAUSTIVE_LIMIT) break;
  }
  for (let i = 0; i < SPREAD; i++) yield Math.floor((i * (grid.size - 1)) / (SPREAD - 1));
}

/** Says where the study sets a parameter of a configuration. @param placed where the levels of each leaf are written. */
export function pathFinder(
  study: Study,
  placed: readonly PlacedLeaf[],
): (gridIndex: number, parameter: string) => Path {
  const grid = createGrid(study);
  const places = placesOf(study, placed)(grid);
  return (gridIndex, parameter) => pathOf(study, grid, places, gridIndex, parameter);
}

type Places = (gridIndex: number, factor: number) => Path;

/** Where the level of a factor is written that this configuration has. */
function placesOf(study: Study, placed: readonly PlacedLeaf[]): (grid: Grid) => Places {
  const places = new Map(placed.map(({ leaf, placeOf }) => [leaf, placeOf]));
  // Without a space every factor has one leaf, that of the study and that of the grid being equal but not the same.
  const byFactor = new Map(placed.map(({ leaf, placeOf }) => [leaf.factor, placeOf]));
  return (grid) => (gridIndex, factor) => {
    const found = grid.leafAt(gridIndex, factor) as { readonly leaf: FactorLeaf; readonly position: number };
    const placeOf = study.space === undefined ? byFactor.get(found.leaf.factor) : places.get(found.leaf);
    return (placeOf as PlacedLeaf['placeOf'])(found.position);
  };
}

function complaintsAt(study: Study, grid: Grid, places: Places, gridIndex: number): Complaint[] {
  const values = grid.parameters(gridIndex);
  const parsed = trialParametersSchema.safeParse(values);
  const issues = parsed.success ? [] : parsed.error.issues.map(readable(values));
  return issues.map(({ parameter, message }) => ({ path: pathOf(study, grid, places, gridIndex, parameter), message }));
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
function pathOf(study: Study, grid: Grid, places: Places, gridIndex: number, parameter: string): Path {
  const digits = grid.digits(gridIndex);
  for (let i = study.factors.length - 1; i >= 0; i--) {
    const digit = digits[i] as number;
    if (digit === ABSENT) continue;
    const factor = study.factors[i] as StudyFactor;
    if (!(parameter in levelAt(factor, digit).assignments)) continue;
    const place = places(gridIndex, i);
    return parameter === factor.name ? place : [...place, parameter];
  }
  return ['parameters', parameter];
}

function unknownNames(study: Study, placed: readonly PlacedLeaf[]): Complaint[] {
  const complain = (path: Path, name: string): Complaint[] =>
    isTrialParameter(name)
      ? []
      : [
          {
            path,
            message: `Expected a trial parameter (${[...PARAMETER_NAMES].join(', ')}), got ${JSON.stringify(name)}`,
          },
        ];
  const factors = new Map(study.factors.map((factor) => [factor.name, factor]));
  return [
    ...Object.keys(study.parameters).flatMap((name) => complain(['parameters', name], name)),
    ...placed.flatMap(({ leaf, placeOf }) => {
      const factor = factors.get(leaf.factor) as StudyFactor;
      // All levels of a range assign the same parameter.
      const length = 'count' in factor.levels ? 1 : leafLength(leaf);
      return Array.from({ length }, (_, i) => i).flatMap((i) => {
        const digit = leafDigit(leaf, i);
        if (digit === ABSENT) return [];
        return Object.keys(levelAt(factor, digit).assignments).flatMap((name) =>
          complain('count' in factor.levels ? placeOf(i) : [...placeOf(i), name], name),
        );
      });
    }),
  ];
}
