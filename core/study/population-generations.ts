import { createStream } from '../random/stream.ts';
import { type Gene, type Member, nextGenerationOf } from '../search/population.ts';
import { valueLevel } from './levels.ts';
import { NO_LEVEL, type RawLeaf, rawLeaves } from './raw-space.ts';
import { columnsOf, type Outcome, type Pbt, type Proposal, toRaw, withRows } from './search.ts';
import type { Study, StudyLevel } from './study.ts';

/** Tells the generations apart, and the members within all of them. */
export const GENERATION_FACTOR = 'generation';
export const MEMBER_FACTOR = 'member';

/** In the place of a sweep's name until it has one. */
const UNNAMED = 'sweep';

const weightsOf = (sweep: string, generation: number, member: number): string =>
  `${sweep}-g${generation + 1}-m${member + 1}`;

const generationLevel = (generation: number): StudyLevel => ({ label: String(generation + 1), assignments: {} });

/** What a member keeps its weights under, and from whose it begins. @param generation from 0. */
function memberLevel(sweep: string, generation: number, member: number, parent?: number): StudyLevel {
  const saveWeightsAs = weightsOf(sweep, generation, member);
  return {
    label: `g${generation + 1}-m${member + 1}`,
    assignments:
      parent === undefined
        ? { saveWeightsAs }
        : { saveWeightsAs, initialWeights: weightsOf(sweep, generation - 1, parent) },
  };
}

/** The columns of the first generation beside those that were drawn. */
export function firstMembers(population: number): readonly RawLeaf[] {
  const members = Array.from({ length: population }, (_, i) => i);
  const column = (factor: string, levels: readonly StudyLevel[]): RawLeaf => ({
    kind: 'factor',
    factor,
    path: ['sampler', 'pbt'],
    levels,
    placeOf: () => ['sampler', 'pbt'],
  });
  return [
    column(
      GENERATION_FACTOR,
      members.map(() => generationLevel(0)),
    ),
    column(
      MEMBER_FACTOR,
      members.map((member) => memberLevel(UNNAMED, 0, member)),
    ),
  ];
}

/** The study of a sweep that has its name now: weights of two sweeps of one study must not meet. */
export function withNamedMembers(study: Study, sweepId: string): Study {
  const { search } = study;
  if (search?.kind !== 'pbt') return study;
  const factors = study.factors.map((factor) => {
    if (factor.name !== MEMBER_FACTOR || !Array.isArray(factor.levels)) return factor;
    const levels = (factor.levels as readonly StudyLevel[]).map((_, member) => memberLevel(sweepId, 0, member));
    return { ...factor, levels };
  });
  return { ...study, factors, search: { ...search, sweep: sweepId } };
}

/**
 * The next generation, after every trial of the one before has ended: who goes on from whose weights, and with what.
 * @returns undefined when the search has ended, or the last generation has no result.
 */
export function nextPopulation(study: Study, search: Pbt, outcomes: readonly Outcome[]): Proposal | undefined {
  const generation = search.drawn.length;
  if (generation >= search.generations) return undefined;
  const start = outcomes.length - search.population;
  const leaves = rawLeaves(toRaw(search.domain));
  const columns = columnsOf(study);
  const levelOf = (leaf: RawLeaf, member: number): StudyLevel => columns.get(leaf.factor)?.[start + member] ?? NO_LEVEL;
  const members = Array.from({ length: search.population }, (_, member): Member => {
    const score = outcomes[start + member]?.score;
    return {
      genes: leaves.map((leaf) => geneOf(leaf, levelOf(leaf, member))),
      loss: score === undefined ? Number.POSITIVE_INFINITY : search.goal === 'min' ? score : -score,
    };
  });
  const best = Math.min(...members.map(({ loss }) => loss));
  if (!Number.isFinite(best)) return undefined;
  const stream = createStream(search.seed, 'search', 'pbt', generation);
  const genes = leaves.map(
    ({ levels }): Gene => ('low' in levels ? levels : { choices: 'count' in levels ? levels.count : levels.length }),
  );
  const next = nextGenerationOf(genes, members, search.exploit, stream);
  const added = new Map<string, readonly StudyLevel[]>(
    leaves.map((leaf, g) => [leaf.factor, next.map((offspring) => levelOfGene(leaf, offspring.genes[g]))]),
  );
  added.set(
    GENERATION_FACTOR,
    next.map(() => generationLevel(generation)),
  );
  added.set(
    MEMBER_FACTOR,
    next.map(({ parent }, member) => memberLevel(search.sweep ?? UNNAMED, generation, member, parent)),
  );
  const replaced = next.flatMap(({ parent }, member) =>
    parent === member ? [] : [`m${member + 1} by m${parent + 1}`],
  );
  return {
    ...withRows(study, added, next.length),
    search: { ...search, drawn: [...search.drawn, next.length] },
    added: next.length,
    reason:
      `PBT: generation ${generation + 1} of ${search.generations}; replaced ${replaced.join(', ') || 'nobody'}; ` +
      `the best ${search.metric} is ${Number((search.goal === 'min' ? best : -best).toPrecision(6))}.`,
  };
}

function geneOf({ levels, factor }: RawLeaf, level: StudyLevel): number | undefined {
  if (level === NO_LEVEL) return undefined;
  if ('low' in levels) return level.assignments[factor] as number;
  if ('count' in levels) return undefined;
  return levels.findIndex(({ label }) => label === level.label);
}

function levelOfGene({ levels, factor }: RawLeaf, gene: number | undefined): StudyLevel {
  if (gene === undefined) return NO_LEVEL;
  return 'low' in levels || 'count' in levels ? valueLevel(factor, gene) : (levels[gene] as StudyLevel);
}
