import { LAYOUTS } from '../search/points.ts';
import type { MetricNames } from './metric-names.ts';
import { type Complain, isMapping, type Mapping, shown } from './read-axis.ts';
import type { Sampler } from './sampler.ts';
import type { SearchStage } from './search.ts';
import { TRIAL_PARAMETER_NAMES } from './trial-parameters.ts';
import type { Path } from './yaml-positions.ts';

const KINDS = ['grid', ...LAYOUTS, 'coarseToFine', 'tpe', 'gp', 'cmaEs', 'pbt', 'ask'] as const;
const MAX_SAMPLES = 10_000;
const FORMS =
  '{ grid: { order: shuffled, seed: 1 } } or { random: { samples: 60, seed: 1 } }, or sobol or halton for random, or { tpe: { samples: 60 } }, or gp or cmaEs for tpe, or { pbt: { population: 8, generations: 5 } }, or { coarseToFine: { stages: [{ samples: 30 }, { samples: 20 }] } }, or { ask: { samples: 100 } }';

/** Reads `sampler`. @returns undefined when there is none, or after a complaint. */
export function readSampler(value: unknown, names: MetricNames, complain: Complain): Sampler | undefined {
  if (value === undefined) return undefined;
  const kind = isMapping(value) ? KINDS.find((name) => name in value) : undefined;
  const options = kind && (value as Mapping)[kind];
  if (!isMapping(value) || kind === undefined || Object.keys(value).length !== 1 || !isMapping(options)) {
    complain(['sampler'], `Expected ${FORMS}, got ${shown(value)}`);
    return undefined;
  }
  if (kind === 'pbt') return readPbt(options, names, complain);
  if (kind === 'tpe' || kind === 'gp' || kind === 'cmaEs') return readModel(kind, options, names, complain);
  if (kind === 'coarseToFine') return readCoarseToFine(options, names, ['sampler', kind], complain);
  const path = ['sampler', kind];
  const known = kind === 'grid' ? ['order', 'seed'] : kind === 'ask' ? ['samples'] : ['samples', 'seed'];
  let good = true;
  const wrong = (key: string, wanted: string): void => {
    good = false;
    complain([...path, key], `Expected ${key} to be ${wanted}, got ${shown(options[key])}`);
  };
  for (const key of Object.keys(options)) if (!known.includes(key)) wrong(key, `one of ${known.join(', ')}`);
  const { samples, seed = 0, order = 'ordered' } = options;
  if (!isWhole(seed, 0, 2 ** 32 - 1)) wrong('seed', 'a whole number from 0 to 4294967295');
  if (kind === 'grid' && order !== 'ordered' && order !== 'shuffled') wrong('order', 'ordered or shuffled');
  if (kind !== 'grid' && !isWhole(samples, 1, MAX_SAMPLES)) wrong('samples', `a whole number from 1 to ${MAX_SAMPLES}`);
  if (!good) return undefined;
  if (kind === 'grid') return { kind, ...(order === 'shuffled' ? { shuffleSeed: seed as number } : {}) };
  if (kind === 'ask') return { kind, samples: samples as number };
  return { kind, samples: samples as number, seed: seed as number };
}

/** Each batch is an event that names all configurations so far. */
const MAX_MODEL_SAMPLES = 1_000;

function readPbt(options: Mapping, names: MetricNames, complain: Complain): Sampler | undefined {
  let good = true;
  const wrong = (key: string, wanted: string): void => {
    good = false;
    complain(['sampler', 'pbt', key], `Expected ${key} to be ${wanted}, got ${shown(options[key])}`);
  };
  const known = ['metric', 'goal', 'seed', 'population', 'generations', 'exploit'];
  for (const key of Object.keys(options)) if (!known.includes(key)) wrong(key, `one of ${known.join(', ')}`);
  const { metric = 'testError', goal = 'min', seed = 0, population, generations, exploit = 0.2 } = options;
  if (!names.isMetric(metric)) wrong('metric', names.metrics);
  if (goal !== 'min' && goal !== 'max') wrong('goal', 'min or max');
  if (!isWhole(seed, 0, 2 ** 32 - 1)) wrong('seed', 'a whole number from 0 to 4294967295');
  if (!isWhole(population, 2, 100)) wrong('population', 'a whole number from 2 to 100');
  if (!isWhole(generations, 1, 100)) wrong('generations', 'a whole number from 1 to 100');
  if (typeof exploit !== 'number' || !(exploit > 0 && exploit <= 0.5)) wrong('exploit', 'above 0 and at most 0.5');
  if (!good) return undefined;
  return {
    kind: 'pbt',
    metric: metric as string,
    goal: goal as 'min' | 'max',
    seed: seed as number,
    population: population as number,
    generations: generations as number,
    exploit: exploit as number,
  };
}

function readModel(
  kind: 'tpe' | 'gp' | 'cmaEs',
  options: Mapping,
  names: MetricNames,
  complain: Complain,
): Sampler | undefined {
  const path = ['sampler', kind];
  let good = true;
  const wrong = (key: string, wanted: string): void => {
    good = false;
    complain([...path, key], `Expected ${key} to be ${wanted}, got ${shown(options[key])}`);
  };
  const common = ['metric', 'goal', 'seed', 'samples'];
  const known = [...common, ...(kind === 'cmaEs' ? ['population'] : ['startup', 'batch'])];
  for (const key of Object.keys(options)) if (!known.includes(key)) wrong(key, `one of ${known.join(', ')}`);
  const {
    metric = 'testError',
    goal = 'min',
    seed = 0,
    samples,
    startup = Math.min(10, Number(samples)),
    batch = 1,
    population,
  } = options;
  if (!names.isMetric(metric)) wrong('metric', names.metrics);
  if (goal !== 'min' && goal !== 'max') wrong('goal', 'min or max');
  if (!isWhole(seed, 0, 2 ** 32 - 1)) wrong('seed', 'a whole number from 0 to 4294967295');
  if (!isWhole(samples, 2, MAX_MODEL_SAMPLES)) wrong('samples', `a whole number from 2 to ${MAX_MODEL_SAMPLES}`);
  else if (!isWhole(startup, 1, samples as number)) wrong('startup', `a whole number from 1 to samples (${samples})`);
  if (!isWhole(batch, 1, 100)) wrong('batch', 'a whole number from 1 to 100');
  if (population !== undefined && !isWhole(population, 4, 1000)) wrong('population', 'a whole number from 4 to 1000');
  if (!good) return undefined;
  const read = {
    metric: metric as string,
    goal: goal as 'min' | 'max',
    seed: seed as number,
    samples: samples as number,
  };
  if (kind === 'cmaEs')
    return { kind, ...read, ...(population === undefined ? {} : { population: population as number }) };
  return {
    kind,
    ...read,
    startup: startup as number,
    batch: batch as number,
  };
}

const STAGE_KEYS = ['samples', 'parameters'];

function readCoarseToFine(options: Mapping, names: MetricNames, path: Path, complain: Complain): Sampler | undefined {
  let good = true;
  const wrong = (at: Path, wanted: string, value: unknown): void => {
    good = false;
    complain([...path, ...at], `Expected ${String(at.at(-1))} to be ${wanted}, got ${shown(value)}`);
  };
  const known = ['metric', 'goal', 'keep', 'seed', 'stages'];
  for (const key of Object.keys(options)) if (!known.includes(key)) wrong([key], `one of ${known.join(', ')}`, key);
  const { metric = 'testError', goal = 'min', keep = 5, seed = 0, stages } = options;
  if (!names.isMetric(metric)) wrong(['metric'], names.metrics, metric);
  if (goal !== 'min' && goal !== 'max') wrong(['goal'], 'min or max', goal);
  if (!isWhole(keep, 1, 1000)) wrong(['keep'], 'a whole number from 1 to 1000', keep);
  if (!isWhole(seed, 0, 2 ** 32 - 1)) wrong(['seed'], 'a whole number from 0 to 4294967295', seed);
  const list = Array.isArray(stages) ? (stages as readonly unknown[]) : [];
  if (list.length === 0) wrong(['stages'], 'a list of stages { samples: 30, parameters: { trainEpochs: 1 } }', stages);
  for (const [i, stage] of list.entries()) {
    const at = ['stages', i];
    if (!isMapping(stage) || Object.keys(stage).some((key) => !STAGE_KEYS.includes(key)))
      wrong(at, `a stage with ${STAGE_KEYS.join(' and ')}`, stage);
    else if (!isWhole(stage['samples'], 1, MAX_SAMPLES))
      wrong([...at, 'samples'], `a whole number from 1 to ${MAX_SAMPLES}`, stage['samples']);
    else if (stage['parameters'] !== undefined && !isMapping(stage['parameters']))
      wrong([...at, 'parameters'], 'parameters with their values', stage['parameters']);
    else if (!names.areOfCommand)
      complainOfParameters((stage['parameters'] ?? {}) as Mapping, [...path, ...at, 'parameters'], complain);
  }
  if (!good) return undefined;
  return {
    kind: 'coarseToFine',
    metric: metric as string,
    goal: goal as 'min' | 'max',
    keep: keep as number,
    seed: seed as number,
    stages: list.map((stage) => ({ parameters: {}, ...(stage as object) }) as SearchStage),
  };
}

/** Their values are checked in check-levels.ts, beside the rest of a configuration. */
function complainOfParameters(parameters: Mapping, path: Path, complain: Complain): void {
  for (const name of Object.keys(parameters))
    if (!TRIAL_PARAMETER_NAMES.includes(name))
      complain([...path, name], `Expected a trial parameter, got ${JSON.stringify(name)}`);
}

const isWhole = (value: unknown, low: number, high: number): boolean =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
