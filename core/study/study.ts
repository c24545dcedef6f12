import { z } from 'zod';
import type { Budget } from '../budget/budget.ts';
import type { Command } from '../command/command.ts';
import type { AfterRule } from '../dependencies/after.ts';
import type { Requirements } from '../placement/requirements.ts';
import type { EarlyStopping } from '../pruners/early-stopping.ts';
import type { NumericRange } from '../space/numeric-range.ts';
import type { Space } from '../space/space.ts';
import type { Retries } from '../trial/retry.ts';
import type { Search } from './search.ts';

/** What a level may assign: any value a trial parameter can have. */
const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
const parameterValue = z.union([scalar, z.array(scalar).max(1024)], {
  error: 'Expected text, a finite number, true, false or a list of these',
});

const name = z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, {
  error: 'Expected a name of 1 to 48 lower-case letters, digits and "-", beginning with a letter',
});
const parameterName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,47}$/, {
  error: 'Expected 1 to 48 letters, digits, "_" or "-", beginning with a letter',
});

/** A level that sets several parameters at once, with the label it has in tables and constraints. */
const labelledLevel = z
  .looseObject({ label: z.union([z.string().min(1).max(80), z.number()]).optional() })
  .pipe(z.record(parameterName, parameterValue));

export const levelSchema = z.union([parameterValue, labelledLevel], {
  error: 'Expected a value (text, finite number, true, false, list) or a mapping of parameters to values',
});

const publishedValue = z.strictObject({ title: z.string().min(1).max(80), unit: z.string().max(16).default('') });

/**
 * The study as the YAML file spells it. `factors` span the grid, the last one varying fastest, and `space` says which
 * combinations belong to it where not all do (read-space.ts reads both); `seeds` repeat it; `parameters` holds what all cells
 * share. Levels are checked against the trial's parameters in check-levels.ts.
 */
export const studySchema = z.strictObject({
  study: name,
  title: z.string().min(1).max(200).optional(),
  description: z.string().max(10_000).optional(),
  seeds: z
    .union(
      [
        z
          .int()
          .min(1)
          .max(10_000)
          .transform((n) => Array.from({ length: n }, (_, i) => i + 1)),
        z
          .array(
            z
              .int()
              .min(0)
              .max(2 ** 32 - 1),
          )
          .min(1)
          .max(10_000),
      ],
      { error: 'Expected a number of seeds from 1 to 10000, or a list of integers from 0 to 4294967295' },
    )
    .refine((seeds) => new Set(seeds).size === seeds.length, { error: 'Expected every seed once' })
    .default([1]),
  /** The lab's own program instead of the built-in training: see read-command.ts. */
  command: z.unknown().optional(),
  /** Whether cells may be given the results of equal trials of other sweeps: see reuse/trial-key.ts. */
  reuse: z.boolean().optional(),
  parameters: z.record(parameterName, parameterValue).default({}),
  factors: z.record(parameterName, z.unknown()).default({}),
  ablation: z.unknown().optional(),
  space: z.unknown().optional(),
  /** When running trials are stopped because others do better: see read-early-stopping.ts. */
  earlyStopping: z.unknown().optional(),
  /** Which cells of the grid are run, and in which order: see sampler.ts. */
  sampler: z.unknown().optional(),
  /** More seeds only for rows that they decide: see read-replicas.ts. */
  replicas: z.unknown().optional(),
  /** The row that the others are compared with: a level for some of the factors. An ablation has its own. */
  base: z.record(parameterName, z.union([z.string(), z.number(), z.boolean()])).optional(),
  where: z.string().min(1).max(4096).optional(),
  /** Sweeps of a higher priority are given free slots first; those of the same share them. */
  priority: z.int().min(-100).max(100).default(0),
  /** Which workers may run its trials: see read-requirements.ts. */
  requires: z.unknown().optional(),
  /** Which trials wait for which: see read-after.ts. */
  after: z.unknown().optional(),
  /** What the sweep may use: see read-budget.ts. */
  budget: z.unknown().optional(),
  /** How often a trial is tried again after failures of some kinds: see read-retries.ts. */
  retries: z.unknown().optional(),
  /** Runs that a cell may lose to broken machines before it is given up. */
  maxAttempts: z.int().min(1).max(100).default(3),
  table: z
    .strictObject({
      /** Which there are depends on what the trials run: see metric-names.ts. */
      metrics: z.array(z.string().min(1).max(64)).min(1).default(['testError']),
      /** Parameters to print beside the factors, for example trainScale and testScale. */
      show: z.array(parameterName).max(16).default([]),
    })
    .prefault({}),
  published: z
    .strictObject({
      source: z.string().min(1).max(500),
      values: z.record(parameterName, publishedValue),
      rows: z.array(z.record(parameterName, z.union([z.string(), z.number(), z.boolean()]))).max(100_000),
    })
    .optional(),
});

export type StudyInput = z.output<typeof studySchema>;

export type ParameterValue = z.output<typeof parameterValue>;

/** One level of a factor: its label and the parameters it sets. */
export interface StudyLevel {
  readonly label: string;
  readonly assignments: Readonly<Record<string, ParameterValue>>;
}

/** Its levels one by one, as values of the parameter with its name, or as the ends of a range; `levels.ts` reads all three. */
export interface StudyFactor {
  readonly name: string;
  readonly levels: readonly StudyLevel[] | { readonly list: readonly ParameterValue[] } | NumericRange;
}

export interface PublishedRow {
  /** Label by factor; a factor that is not named matches every level. */
  readonly when: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
}

/** A study after validation: plain JSON data, what the event log stores. */
export interface Study {
  readonly name: string;
  readonly title: string;
  readonly seeds: readonly number[];
  /** Absent: the built-in training. */
  readonly command?: Command;
  /** Cells are given the results of equal trials of other sweeps. Absent: the study does not say, and they are not. */
  readonly reuse?: boolean;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly factors: readonly StudyFactor[];
  /** Absent: every combination of all levels. */
  readonly space?: Space;
  /** The space holds what this search has drawn so far. */
  readonly search?: Search;
  readonly earlyStopping?: EarlyStopping;
  /** Cells are started in an order drawn with this seed; absent: the order of the grid, the costliest of the next ones first. */
  readonly shuffleSeed?: number;
  /** Label by factor of the row that the others are compared with. */
  readonly base?: Readonly<Record<string, string>>;
  readonly where?: string;
  /** Absent: 0. */
  readonly priority?: number;
  readonly requires?: Requirements;
  readonly retries?: Retries;
  readonly budget?: Budget;
  /** Rules by which trials wait for others. */
  readonly after?: readonly AfterRule[];
  /** Some trials wait for others of the study: see dependencies/dependencies.ts. */
  readonly dependencies?: true;
  readonly maxAttempts: number;
  readonly table: { readonly metrics: readonly string[]; readonly show: readonly string[] };
  readonly published?: {
    readonly source: string;
    readonly values: Readonly<Record<string, { readonly title: string; readonly unit: string }>>;
    readonly rows: readonly PublishedRow[];
  };
}
