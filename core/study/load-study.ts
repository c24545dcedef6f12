import type { z } from 'zod';
import type { Budget } from '../budget/budget.ts';
import type { Command } from '../command/command.ts';
import { factorsOf } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import type { AfterRule } from '../dependencies/after.ts';
import { type ErrorCode, type FieldViolation, TickworkError } from '../errors.ts';
import { createGrid, MAX_GRID } from '../grid/grid.ts';
import type { Requirements } from '../placement/requirements.ts';
import type { EarlyStopping } from '../pruners/early-stopping.ts';
import type { Space } from '../space/space.ts';
import type { Retries } from '../trial/retry.ts';
import { applySampler } from './apply-sampler.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkLevels, isTrialParameter } from './check-levels.ts';
import type { Complaint } from './complaint.ts';
import { digitOfLabel, firstLabels, levelCount } from './levels.ts';
import { checkTableMetrics, metricNames } from './metric-names.ts';
import { collectFactors, isPlain, type PlacedLeaf } from './raw-space.ts';
import { checkAfter, readAfter } from './read-after.ts';
import { type Complain, isMapping } from './read-axis.ts';
import { readBudget } from './read-budget.ts';
import { checkCommand, readCommand } from './read-command.ts';
import { readEarlyStopping } from './read-early-stopping.ts';
import { checkReplicas, readReplicas } from './read-replicas.ts';
import { readRequirements } from './read-requirements.ts';
import { readRetries } from './read-retries.ts';
import { readSampler } from './read-sampler.ts';
import { readSpace } from './read-space.ts';
import { checkReuse } from './reuse.ts';
import type { Search } from './search.ts';
import { type Study, type StudyFactor, type StudyInput, studySchema } from './study.ts';
import { type PositionedYaml, parseYaml, pathText } from './yaml-positions.ts';

/** Characters of YAML a study may have: text and parsed study travel in one message of the event log. */
export const MAX_STUDY_CHARACTERS = 131_072;

/**
 * Reads a study: YAML, schema, search space, levels against the trial's parameters, constraint, size. All problems of one stage
 * are reported together, each with the path of the field and its line and column.
 * @throws TickworkError STUDY_SYNTAX, STUDY_INVALID, GRID_EMPTY, GRID_TOO_LARGE
 */
export function loadStudy(text: string): Study {
  if (text.length > MAX_STUDY_CHARACTERS) {
    throw new TickworkError(
      'STUDY_INVALID',
      `Expected a study of at most ${MAX_STUDY_CHARACTERS} characters, got ${text.length}. Split it.`,
    );
  }
  const parsed = parseYaml(text);
  if ('problems' in parsed) throw problem('STUDY_SYNTAX', parsed.problems);
  const { yaml } = parsed;
  const located = ({ path, message }: Complaint): FieldViolation => ({
    field: pathText(path),
    message,
    ...yaml.positionOf(path),
  });

  const checked = studySchema.safeParse(yaml.value);
  const issues = checked.success ? [] : checked.error.issues.flatMap((issue) => violationsOf(issue, yaml));
  const grid = readGrid(yaml.value);
  const violations = [...issues, ...grid.complaints.map(located)];
  if (!checked.success || violations.length > 0) {
    throw problem(
      violations.every((v) => v.message.includes('empty axis')) ? 'GRID_EMPTY' : 'STUDY_INVALID',
      violations,
    );
  }

  const study = toStudy(checked.data, grid);
  checkSize(study, yaml);
  const constraint = [...checkConstraint(study), ...checkAfter(study)];
  // Levels are tried cell by cell, which needs a constraint that can be evaluated.
  const levels =
    constraint.length > 0 ? [] : study.command ? checkCommand(study, study.command) : checkLevels(study, grid.placed);
  const complaints = [
    ...constraint,
    ...levels,
    ...checkPublished(study, checked.data),
    ...checkBase(study, checked.data, grid),
    ...checkShown(study),
    ...checkTableMetrics(study),
    ...checkReplicas(study),
    ...checkReuse(study),
  ];
  if (complaints.length > 0) throw problem('STUDY_INVALID', complaints.map(located));
  const cells = createGrid(study);
  if (study.search?.kind !== 'ask' && cells.countConfigurations() === 0) {
    const path = study.where === undefined ? ['space'] : ['where'];
    const message = `Expected the constraint to keep a cell, got none of ${cells.size}`;
    throw problem('GRID_EMPTY', [located({ path, message })]);
  }
  const { dependencies, complaints: entangled } = checkDependencies(study, grid.placed);
  if (entangled.length > 0) throw problem('STUDY_INVALID', entangled.map(located));
  return dependencies ? { ...study, dependencies } : study;
}

interface ReadGrid {
  readonly command?: Command;
  readonly factors: readonly StudyFactor[];
  readonly space?: Space;
  readonly search?: Search;
  readonly earlyStopping?: EarlyStopping;
  readonly shuffleSeed?: number;
  readonly requires?: Requirements;
  readonly retries?: Retries;
  readonly budget?: Budget;
  readonly after?: readonly AfterRule[];
  /** Of an ablation. */
  readonly base?: Study['base'];
  readonly placed: readonly PlacedLeaf[];
  readonly complaints: readonly Complaint[];
}

/** @param value the study as YAML gave it, schema not yet checked: what is no mapping is the schema's to complain of. */
function readGrid(value: unknown): ReadGrid {
  const complaints: Complaint[] = [];
  const complain: Complain = (path, message) => void complaints.push({ path, message });
  const {
    factors = {},
    ablation,
    space,
    command: commandText,
    replicas: replicasText,
    sampler: samplerText,
    earlyStopping: stopping,
    requires: requiresText,
    retries: retriesText,
    budget: budgetText,
    after: afterText,
    where,
  } = isMapping(value) ? value : {};
  const names = metricNames(commandText !== undefined);
  const command = readCommand(commandText, complain);
  const replicas = readReplicas(replicasText, names, complain);
  const sampler = readSampler(samplerText, names, complain);
  const earlyStopping = readEarlyStopping(stopping, names, complain);
  const requires = readRequirements(requiresText, complain);
  const retries = readRetries(retriesText, complain);
  const budget = readBudget(budgetText, complain);
  const after = readAfter(afterText, complain);
  const read = readSpace({ factors: isMapping(factors) ? factors : {}, ablation, space }, complain);
  const drawn = read && applySampler(read.space, sampler, typeof where === 'string' ? where : undefined, complain);
  if (read === undefined || drawn === undefined) return { factors: [], placed: [], complaints };
  if (replicas !== undefined && drawn.search !== undefined)
    complain(
      ['replicas'],
      'Expected adaptive replicas of a grid, got a search, whose rows are not there from the start',
    );
  const search = drawn.search ?? replicas;
  const collected = collectFactors(drawn.space, complain);
  const plain = isPlain(collected.space, collected.factors);
  return {
    ...(command === undefined ? {} : { command }),
    factors: collected.factors,
    ...(plain ? {} : { space: collected.space }),
    ...(earlyStopping === undefined ? {} : { earlyStopping }),
    ...(search === undefined ? {} : { search }),
    ...(sampler?.kind === 'grid' && sampler.shuffleSeed !== undefined ? { shuffleSeed: sampler.shuffleSeed } : {}),
    ...(requires === undefined ? {} : { requires }),
    ...(retries === undefined ? {} : { retries }),
    ...(budget === undefined ? {} : { budget }),
    ...(after === undefined ? {} : { after }),
    ...(read.base === undefined ? {} : { base: read.base }),
    placed: collected.placed,
    complaints,
  };
}

function toStudy(
  input: StudyInput,
  {
    command,
    factors,
    space,
    search,
    earlyStopping,
    shuffleSeed,
    requires,
    retries,
    budget,
    after,
    base = baseOf(input),
  }: ReadGrid,
): Study {
  const values = input.published?.values ?? {};
  return {
    name: input.study,
    title: input.title ?? input.study,
    seeds: input.seeds,
    ...(command === undefined ? {} : { command }),
    ...(input.reuse === undefined ? {} : { reuse: input.reuse }),
    parameters: input.parameters,
    factors,
    ...(space === undefined ? {} : { space }),
    ...(search === undefined ? {} : { search }),
    ...(earlyStopping === undefined ? {} : { earlyStopping }),
    ...(shuffleSeed === undefined ? {} : { shuffleSeed }),
    ...(requires === undefined ? {} : { requires }),
    ...(retries === undefined ? {} : { retries }),
    ...(budget === undefined ? {} : { budget }),
    ...(after === undefined ? {} : { after }),
    ...(base === undefined ? {} : { base }),
    ...(input.where === undefined ? {} : { where: input.where }),
    ...(input.priority === 0 ? {} : { priority: input.priority }),
    maxAttempts: input.maxAttempts,
    table: input.table,
    ...(input.published === undefined
      ? {}
      : {
          published: {
            source: input.published.source,
            values,
            rows: input.published.rows.map((row) => ({
              when: Object.fromEntries(
                Object.entries(row)
                  .filter(([key]) => !(key in values))
                  .map(([key, value]) => [key, String(value)]),
              ),
              values: Object.fromEntries(Object.entries(row).filter(([key]) => key in values)) as Record<
                string,
                number
              >,
            })),
          },
        }),
  };
}

function baseOf({ base }: StudyInput): Study['base'] {
  return base && Object.fromEntries(Object.entries(base).map(([factor, value]) => [factor, String(value)]));
}

function checkBase(study: Study, input: StudyInput, grid: ReadGrid): Complaint[] {
  if (input.base !== undefined && grid.base !== undefined)
    return [{ path: ['base'], message: 'Expected no base beside that of the ablation, got one' }];
  return Object.entries(input.base ?? {}).flatMap(([name, value]) => {
    const factor = study.factors.find((other) => other.name === name);
    if (factor && digitOfLabel(factor, String(value)) !== undefined) return [];
    const wanted = factor
      ? `a level of ${name} (${firstLabels(factor, 20).join(', ')})`
      : `a factor of this study (${study.factors.map((other) => other.name).join(', ') || 'it has none'})`;
    const got = factor ? value : name;
    return [{ path: ['base', name], message: `Expected ${wanted}, got ${JSON.stringify(got)}` }];
  });
}

function checkSize(study: Study, yaml: PositionedYaml): void {
  // The size is that of the space alone, and the constraint is checked only after it.
  const { where: _, ...unconstrained } = study;
  const grid = createGrid(unconstrained);
  if (grid.cellBound <= MAX_GRID) return;
  const made =
    study.space === undefined ? `${study.factors.map(levelCount).join(' × ')} levels` : `${grid.size} configurations`;
  throw problem('GRID_TOO_LARGE', [
    {
      field: study.space === undefined ? 'factors' : 'space',
      message: `Expected at most ${MAX_GRID.toExponential()} cells, got ${grid.cellBound.toExponential(3)} (${made} × ${study.seeds.length} seeds). Split the study`,
      ...yaml.positionOf([study.space === undefined ? 'factors' : 'space']),
    },
  ]);
}

function checkConstraint(study: Study): Complaint[] {
  if (study.where === undefined) return [];
  const parsed = parseConstraint(study.where);
  if (!parsed.ok) return [{ path: ['where'], message: `${parsed.message} (character ${parsed.offset + 1})` }];
  const known = study.factors.map((factor) => factor.name);
  return [...factorsOf(parsed.expression)]
    .filter(([name]) => !known.includes(name))
    .map(([name, offset]) => ({
      path: ['where'],
      message: `Expected a factor of this study (${known.join(', ') || 'it has none'}), got ${JSON.stringify(name)} (character ${offset + 1}). Put text in quotes`,
    }));
}

function checkPublished(study: Study, input: StudyInput): Complaint[] {
  const values = input.published?.values ?? {};
  return (input.published?.rows ?? []).flatMap((row, i) =>
    Object.entries(row).flatMap(([key, value]): Complaint[] => {
      const path = ['published', 'rows', i, key];
      if (key in values)
        return typeof value === 'number'
          ? []
          : [{ path, message: `Expected ${key} to be a number, got ${JSON.stringify(value)}` }];
      const factor = study.factors.find((f) => f.name === key);
      if (!factor)
        return [{ path, message: `Expected a factor or one of published.values, got ${JSON.stringify(key)}` }];
      return digitOfLabel(factor, String(value)) !== undefined
        ? []
        : [
            {
              path,
              message: `Expected a level of ${key} (${firstLabels(factor, 20).join(', ')}), got ${JSON.stringify(value)}`,
            },
          ];
    }),
  );
}

function checkShown(study: Study): Complaint[] {
  if (study.command !== undefined) return [];
  return study.table.show.flatMap((name, i) =>
    isTrialParameter(name)
      ? []
      : [
          {
            path: ['table', 'show', i],
            message: `Expected the name of a trial parameter, got ${JSON.stringify(name)}`,
          },
        ],
  );
}

function violationsOf(issue: z.core.$ZodIssue, yaml: PositionedYaml): FieldViolation[] {
  const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: pathText([...path, key]),
      message: 'Unknown key',
      ...yaml.positionOfKey(path, key),
    }));
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    return [
      {
        field: pathText(path),
        message: issue.issues[0]?.message ?? issue.message,
        ...yaml.positionOfKey(path.slice(0, -1), key),
      },
    ];
  }
  return [
    {
      field: pathText(path),
      message: issue.message.replace(/^Invalid input: e/, 'E').replace(/received/, 'got'),
      ...yaml.positionOf(path),
    },
  ];
}

function problem(code: ErrorCode, violations: readonly FieldViolation[]): TickworkError {
  const lines = violations.map(
    (v) => `line ${v.line}:${v.column}${v.field === '' ? '' : ` ${v.field}`}: ${v.message}.`,
  );
  return new TickworkError(code, lines.join('\n'), { violations });
}
