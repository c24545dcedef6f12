import { integer, uniform } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import type { Distribution } from './distribution.ts';

/** A hyperparameter of a population: a distribution, or choices by their number. */
export type Gene = Distribution | { readonly choices: number };

/** One member of a generation: a number for each gene, undefined where it does not have it, and what it reached. */
export interface Member {
  readonly genes: readonly (number | undefined)[];
  /** Smaller is better; infinite for a failure. */
  readonly loss: number;
}

export interface Offspring {
  /** Whose weights it goes on from. */
  readonly parent: number;
  readonly genes: readonly (number | undefined)[];
}

/** Numbers are multiplied by one of these, and a choice is drawn anew with this probability. */
const FACTORS = [0.8, 1.2] as const;
const RESAMPLED = 0.25;

/**
 * The next generation of population-based training (Jaderberg et al., "Population based training of neural networks", arXiv 1711.09846,
 * 2017, §4.1.1): truncation selection, where the worst share takes over weights and hyperparameters of one of the best share, drawn
 * evenly, and explores from there; all others go on as they are. A member that failed is among the worst whatever the share.
 * @param members of the last generation, at least one with a finite loss.
 */
export function nextGenerationOf(
  genes: readonly Gene[],
  members: readonly Member[],
  share: number,
  stream: RandomStream,
): readonly Offspring[] {
  const ranked = members
    .map(({ loss }, index) => ({ loss, index }))
    .sort((a, b) => a.loss - b.loss || a.index - b.index);
  const cut = Math.min(Math.floor(members.length / 2), Math.max(1, Math.round(share * members.length)));
  const best = ranked.slice(0, Math.max(1, cut)).filter(({ loss }) => Number.isFinite(loss));
  const worst = new Set(
    [...ranked.slice(members.length - cut), ...ranked.filter(({ loss }) => !Number.isFinite(loss))].map(
      ({ index }) => index,
    ),
  );
  return members.map((member, index): Offspring => {
    if (!worst.has(index)) return { parent: index, genes: member.genes };
    const parent = (best[integer(stream, best.length)] as (typeof best)[number]).index;
    const from = (members[parent] as Member).genes;
    return { parent, genes: genes.map((gene, g) => explored(gene, from[g], stream)) };
  });
}

function explored(gene: Gene, value: number | undefined, stream: RandomStream): number | undefined {
  if (value === undefined) return undefined;
  const u = uniform(stream);
  if ('choices' in gene) return u < RESAMPLED ? integer(stream, gene.choices) : value;
  const { low, high, integer: whole, quantum } = gene;
  const moved = value * FACTORS[u < 0.5 ? 0 : 1];
  const rounded = whole ? Math.round(moved) : quantum ? low + Math.round((moved - low) / quantum) * quantum : moved;
  return Number(Math.min(high, Math.max(low, rounded)).toPrecision(6));
}
