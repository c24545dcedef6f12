import { defaultPopulation, startCma } from '../search/cma-es.ts';
import { type Layout, MAX_DIMENSIONS, pointSequence } from '../search/points.ts';
import { generationPoints } from './cma-es-generations.ts';
import { stageLeaf } from './coarse-to-fine-stages.ts';
import { dimensionsOf, drawConfigurations } from './draw-configurations.ts';
import { firstMembers, GENERATION_FACTOR, MEMBER_FACTOR } from './population-generations.ts';
import { type RawLeaf, type RawSpace, rawLeaves } from './raw-space.ts';
import type { Complain } from './read-axis.ts';
import type { Sampler } from './sampler.ts';
import { type Search, type SearchStage, STAGE_FACTOR, toStored } from './search.ts';
import type { Path } from './yaml-positions.ts';

/** What the sampler makes of the space: all of it, or the configurations that it draws, in the order of their points. */
export function applySampler(
  space: RawSpace,
  sampler: Sampler | undefined,
  where: string | undefined,
  complain: Complain,
): { readonly space: RawSpace; readonly search?: Search } | undefined {
  if (sampler === undefined || sampler.kind === 'grid') {
    const drawn = rawLeaves(space).filter(({ levels }) => 'low' in levels);
    for (const { factor, path } of drawn)
      complain(
        path,
        `Expected levels or a range for ${factor} in a grid, got a distribution. Add a sampler: { random: { samples: 60 } }`,
      );
    return drawn.length > 0 ? undefined : { space };
  }
  if (ONLY_PRODUCTS.includes(sampler.kind) && !isProductOfFactors(space)) {
    complain(
      ['sampler', sampler.kind],
      `Expected factors or a product of them for ${sampler.kind}, got a union or a zip. Use random`,
    );
    return undefined;
  }
  if (sampler.kind === 'ask') return nothingAskedYet(space, sampler);
  if (sampler.kind === 'cmaEs') return firstGeneration(space, sampler, where, complain);
  const { layout, samples, at } = firstDraw(sampler);
  const dimensions = dimensionsOf(space);
  if (dimensions > MAX_DIMENSIONS[layout]) {
    complain(
      ['sampler', layout],
      `Expected at most ${MAX_DIMENSIONS[layout]} dimensions for ${layout}, got ${dimensions}. Use random`,
    );
    return undefined;
  }
  const drawn = drawConfigurations(space, samples, pointSequence(layout, dimensions, sampler.seed), where);
  if (drawn.found < samples) {
    complain(
      at,
      `Expected ${samples} different configurations that the constraint keeps, got ${drawn.found}. Lower samples`,
    );
    return undefined;
  }
  if (sampler.kind === 'coarseToFine') return firstStage(space, sampler, drawn.space, complain);
  if (sampler.kind === 'pbt') return firstPopulation(space, sampler, drawn.space, complain);
  if (sampler.kind !== 'tpe' && sampler.kind !== 'gp') return { space: drawn.space };
  return { space: drawn.space, search: { ...sampler, drawn: [samples], domain: toStored(space) } };
}

/** What is drawn when the study is submitted, and where its number is written. */
function firstDraw(sampler: Exclude<Sampler, { kind: 'grid' | 'ask' | 'cmaEs' }>): {
  readonly layout: Layout;
  readonly samples: number;
  readonly at: Path;
} {
  switch (sampler.kind) {
    case 'coarseToFine': {
      const { samples } = sampler.stages[0] as SearchStage;
      return { layout: 'random', samples, at: ['sampler', sampler.kind, 'stages', 0, 'samples'] };
    }
    case 'pbt':
      return { layout: 'random', samples: sampler.population, at: ['sampler', sampler.kind, 'population'] };
    case 'tpe':
    case 'gp':
      return { layout: 'random', samples: sampler.startup, at: ['sampler', sampler.kind, 'startup'] };
    default:
      return { layout: sampler.kind, samples: sampler.samples, at: ['sampler', sampler.kind, 'samples'] };
  }
}

function isProductOfFactors(space: RawSpace): boolean {
  return space.kind === 'factor' || (space.kind === 'product' && space.of.every(isProductOfFactors));
}

/** Searches that go by each factor for itself. */
const ONLY_PRODUCTS: readonly Sampler['kind'][] = ['tpe', 'gp', 'cmaEs', 'pbt', 'ask'];

/** From the middle of the cube; its dimensions have an order, and all configurations have them. */
function firstGeneration(
  space: RawSpace,
  { kind: _, population: wanted, ...options }: Extract<Sampler, { kind: 'cmaEs' }>,
  where: string | undefined,
  complain: Complain,
): { readonly space: RawSpace; readonly search: Search } | undefined {
  const leaves = rawLeaves(space);
  const odd = leaves.filter(({ levels, when }) => when !== undefined || !('low' in levels || 'count' in levels));
  for (const { factor, path } of odd)
    complain(
      path,
      `Expected a distribution or a range without a condition for ${factor}, which cmaEs needs. Use tpe or gp`,
    );
  if (odd.length > 0) return undefined;
  const population = Math.min(options.samples, wanted ?? defaultPopulation(leaves.length));
  const points = generationPoints(startCma(leaves.length), options.seed, 0);
  const drawn = drawConfigurations(space, population, points, where);
  if (drawn.found < population) {
    const message = `Expected ${population} different configurations that the constraint keeps, got ${drawn.found}. Lower population`;
    complain(['sampler', 'cmaEs', 'population'], message);
    return undefined;
  }
  const search: Search = { kind: 'cma-es', ...options, population, drawn: [population], domain: toStored(space) };
  return { space: drawn.space, search };
}

/** Whoever takes over the hyperparameters of another has to have the same ones. */
function firstPopulation(
  space: RawSpace,
  sampler: Extract<Sampler, { kind: 'pbt' }>,
  drawn: RawSpace,
  complain: Complain,
): { readonly space: RawSpace; readonly search: Search } | undefined {
  let good = true;
  for (const { factor, levels, when, path } of rawLeaves(space)) {
    if (factor === GENERATION_FACTOR || factor === MEMBER_FACTOR) {
      good = false;
      complain(path, `Expected another name than ${factor}, which pbt has`);
    }
    if (when === undefined && !('count' in levels)) continue;
    good = false;
    complain(path, `Expected a distribution or a list without a condition for ${factor}, which pbt needs`);
  }
  if (!good) return undefined;
  const of = [...rawLeaves(drawn), ...firstMembers(sampler.population)];
  return {
    space: { kind: 'zip', of, path: [] },
    search: { ...sampler, drawn: [sampler.population], domain: toStored(space) },
  };
}

/** No configuration until somebody asks for one; without factors any that a trial can have. */
function nothingAskedYet(
  space: RawSpace,
  { samples }: Extract<Sampler, { kind: 'ask' }>,
): { readonly space: RawSpace; readonly search: Search } {
  const leaves = rawLeaves(space);
  const search: Search = { kind: 'ask', samples, drawn: [] };
  if (leaves.length === 0) return { space: { kind: 'union', of: [], path: [] }, search };
  const columns = leaves.map(
    ({ kind, factor, path, placeOf }): RawLeaf => ({ kind, factor, path, levels: [], placeOf }),
  );
  return { space: { kind: 'zip', of: columns, path: [] }, search: { ...search, domain: toStored(space) } };
}

function firstStage(
  space: RawSpace,
  { kind: _, ...options }: Extract<Sampler, { kind: 'coarseToFine' }>,
  drawn: RawSpace,
  complain: Complain,
): { readonly space: RawSpace; readonly search: Search } | undefined {
  const leaves = rawLeaves(drawn);
  const taken = leaves.find(({ factor }) => factor === STAGE_FACTOR);
  if (taken) {
    complain(taken.path, `Expected another name than ${STAGE_FACTOR}, which tells the stages of the search apart`);
    return undefined;
  }
  const rows = (options.stages[0] as SearchStage).samples;
  const domain = toStored(space);
  const path = ['sampler', 'coarseToFine', 'stages', 0, 'parameters'];
  const stage: RawLeaf = { ...stageLeaf(options, 0, rows), path, placeOf: () => path };
  return {
    space: { kind: 'zip', of: [...leaves, stage], path: [] },
    search: { kind: 'coarse-to-fine', ...options, drawn: [rows], domain, box: domain },
  };
}
