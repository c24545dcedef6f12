import { evaluate, isTrue } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import { createGrid } from '../grid/grid.ts';
import type { Distribution } from '../search/distribution.ts';
import { complaintsAboutTrial } from './check-levels.ts';
import type { Complaint } from './complaint.ts';
import { rangeLevel, valueLevel } from './levels.ts';
import { type RawLeaf, rawLeaves } from './raw-space.ts';
import { complaintsAboutCommand } from './read-command.ts';
import { type Ask, drawnRows, toRaw, withRows } from './search.ts';
import { levelSchema, type ParameterValue, type Study, type StudyLevel } from './study.ts';

/** A configuration that an outside program asks for: the level of each factor that it has. */
export type AskedLevels = Readonly<Record<string, StudyLevel>>;

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;

/**
 * Reads the parameters of one Ask against the study: inside its domain, kept by `where`, and together with what all trials share
 * a trial that can run. Of a list a level is named by its label or its value.
 * @returns the levels, or every complaint; paths begin with the name of the parameter.
 */
export function readAsked(
  study: Study,
  search: Ask,
  parameters: Readonly<Record<string, unknown>>,
): { readonly levels: AskedLevels } | { readonly complaints: readonly Complaint[] } {
  const { levels, complaints } =
    search.domain === undefined ? anyLevels(parameters) : levelsInside(rawLeaves(toRaw(search.domain)), parameters);
  if (complaints.length > 0) return { complaints };
  if (study.where !== undefined && !holds(study.where, levels))
    return { complaints: [{ path: [], message: `Expected a configuration that where (${study.where}) keeps` }] };
  const values = Object.assign({}, study.parameters, ...Object.values(levels).map(({ assignments }) => assignments));
  const about = study.command
    ? complaintsAboutCommand(study.command, values as Record<string, ParameterValue>)
    : complaintsAboutTrial(values as Record<string, ParameterValue>);
  return about.length > 0 ? { complaints: about } : { levels };
}

interface Read {
  readonly levels: Record<string, StudyLevel>;
  readonly complaints: Complaint[];
}

function anyLevels(parameters: Readonly<Record<string, unknown>>): Read {
  const read: Read = { levels: {}, complaints: [] };
  for (const [name, value] of Object.entries(parameters)) {
    const checked = levelSchema.safeParse(value);
    if (!NAME.test(name) || !checked.success || isMapping(checked.data))
      read.complaints.push({
        path: [name],
        message: `Expected the name of a parameter with text, a finite number, true, false or a list of these, got ${JSON.stringify(value)}`,
      });
    else read.levels[name] = valueLevel(name, checked.data as ParameterValue);
  }
  return read;
}

function levelsInside(leaves: readonly RawLeaf[], parameters: Readonly<Record<string, unknown>>): Read {
  const read: Read = { levels: {}, complaints: [] };
  const complain = (name: string, wanted: string): void =>
    void read.complaints.push({
      path: [name],
      message: `Expected ${name} to be ${wanted}, got ${name in parameters ? JSON.stringify(parameters[name]) : 'nothing'}`,
    });
  const known = leaves.map(({ factor }) => factor);
  for (const name of Object.keys(parameters))
    if (!known.includes(name)) complain(name, `left out: the factors are ${known.join(', ')}`);
  for (const leaf of leaves) {
    const { factor, when } = leaf;
    if (when !== undefined && !holds(when, read.levels)) {
      if (factor in parameters) complain(factor, `left out where ${when} is false`);
      continue;
    }
    const level = factor in parameters ? levelIn(leaf, parameters[factor]) : undefined;
    if (level) read.levels[factor] = level;
    else complain(factor, whatIsIn(leaf));
  }
  return read;
}

function levelIn({ factor, levels }: RawLeaf, value: unknown): StudyLevel | undefined {
  if ('low' in levels) return typeof value === 'number' && isIn(levels, value) ? valueLevel(factor, value) : undefined;
  const listed =
    'count' in levels ? Array.from({ length: levels.count }, (_, i) => rangeLevel(factor, levels, i)) : levels;
  return (
    listed.find(({ assignments }) => same(Object.values(assignments), [value])) ??
    listed.find(({ label }) => label === value)
  );
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Steps of a quantum are met up to rounding. */
function isIn({ low, high, integer, quantum }: Distribution, value: number): boolean {
  if (!Number.isFinite(value) || value < low || value > high) return false;
  if (integer) return Number.isInteger(value);
  if (quantum === undefined) return true;
  const steps = (value - low) / quantum;
  return Math.abs(steps - Math.round(steps)) < 1e-6 || value === high;
}

function whatIsIn({ levels }: RawLeaf): string {
  if (!('low' in levels)) {
    const labels = 'count' in levels ? [levels.from, '…', levels.to] : levels.slice(0, 20).map(({ label }) => label);
    return `one of ${labels.join(', ')}`;
  }
  const { low, high, integer, quantum } = levels;
  const kind = integer ? 'a whole number' : 'a number';
  return `${kind} from ${low} to ${high}${quantum ? ` in steps of ${quantum}` : ''}`;
}

function holds(source: string, levels: AskedLevels): boolean {
  const parsed = parseConstraint(source);
  return !parsed.ok || isTrue(evaluate(parsed.expression, (factor) => levels[factor]?.label ?? null));
}

const isMapping = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The study with one more configuration, the last of its rows. */
export function withAsked(study: Study, search: Ask, levels: AskedLevels): Study {
  const added = new Map(Object.entries(levels).map(([factor, level]) => [factor, [level]]));
  return { ...study, ...withRows(study, added, 1), search: { ...search, drawn: [drawnRows(search) + 1] } };
}

/** The grid index of a configuration: one that is there already, or the next. */
export function indexOfAsked({ study }: { readonly study: Study }, search: Ask, levels: AskedLevels): number {
  const next = drawnRows(search);
  // One row more than there may be, so that a full search still finds what it has.
  const roomy = { ...search, samples: next + 1 };
  const grid = createGrid({ ...withAsked(study, roomy, levels), seeds: [0] });
  return grid.indexOf(grid.digits(next)) ?? next;
}
