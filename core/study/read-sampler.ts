import { LAYOUTS, type Layout, MAX_DIMENSIONS, pointSequence } from '../search/points.ts';
import { dimensionsOf, drawConfigurations } from './draw-configurations.ts';
import { type RawSpace, rawLeaves } from './raw-space.ts';
import { type Complain, isMapping, type Mapping, shown } from './read-axis.ts';

/** Which cells of the grid are run, and in which order. Absent: all of them, in the order of the grid. */
export type Sampler =
  | { readonly kind: 'grid'; readonly shuffleSeed?: number }
  | { readonly kind: Layout; readonly samples: number; readonly seed: number };

const KINDS = ['grid', ...LAYOUTS] as const;
const MAX_SAMPLES = 10_000;
const FORMS =
  '{ grid: { order: shuffled, seed: 1 } } or { random: { samples: 60, seed: 1 } }, or sobol or halton for random';

/** Reads `sampler`. @returns undefined when there is none, or after a complaint. */
export function readSampler(value: unknown, complain: Complain): Sampler | undefined {
  if (value === undefined) return undefined;
  const kind = isMapping(value) ? KINDS.find((name) => name in value) : undefined;
  const options = kind && (value as Mapping)[kind];
  if (!isMapping(value) || kind === undefined || Object.keys(value).length !== 1 || !isMapping(options)) {
    complain(['sampler'], `Expected ${FORMS}, got ${shown(value)}`);
    return undefined;
  }
  const path = ['sampler', kind];
  const known = kind === 'grid' ? ['order', 'seed'] : ['samples', 'seed'];
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
  return { kind, samples: samples as number, seed: seed as number };
}

const isWhole = (value: unknown, low: number, high: number): boolean =>
  Number.isInteger(value) && (value as number) >= low && (value as number) <= high;

/** What the sampler makes of the space: all of it, or the configurations that it draws, in the order of their points. */
export function applySampler(
  space: RawSpace,
  sampler: Sampler | undefined,
  where: string | undefined,
  complain: Complain,
): RawSpace | undefined {
  if (sampler === undefined || sampler.kind === 'grid') {
    const drawn = rawLeaves(space).filter(({ levels }) => 'low' in levels);
    for (const { factor, path } of drawn)
      complain(
        path,
        `Expected levels or a range for ${factor} in a grid, got a distribution. Add a sampler: { random: { samples: 60 } }`,
      );
    return drawn.length > 0 ? undefined : space;
  }
  const { kind, samples, seed } = sampler;
  const dimensions = dimensionsOf(space);
  if (dimensions > MAX_DIMENSIONS[kind]) {
    complain(
      ['sampler', kind],
      `Expected at most ${MAX_DIMENSIONS[kind]} dimensions for ${kind}, got ${dimensions}. Use random`,
    );
    return undefined;
  }
  const drawn = drawConfigurations(space, samples, pointSequence(kind, dimensions, seed), where);
  if (drawn.found === samples) return drawn.space;
  complain(
    ['sampler', kind, 'samples'],
    `Expected ${samples} different configurations that the constraint keeps, got ${drawn.found}. Lower samples`,
  );
  return undefined;
}
