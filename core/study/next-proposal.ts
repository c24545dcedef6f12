import { nextGeneration } from './cma-es-generations.ts';
import { nextStage } from './coarse-to-fine-stages.ts';
import { nextPopulation } from './population-generations.ts';
import type { Outcome, Proposal } from './search.ts';
import type { Study } from './study.ts';
import { nextSuggestions } from './suggestions.ts';

/**
 * What a search draws after a trial has ended, if anything. A stage or generation waits for the whole of the one before; a model draws as
 * soon as no cell waits, so that no slot does.
 * @param outcomes of all rows so far. @param pending cells that nobody works on. @param live cells that somebody does.
 */
export function nextProposal(
  study: Study,
  outcomes: () => readonly Outcome[],
  pending: number,
  live: number,
): Proposal | undefined {
  const { search } = study;
  if (search === undefined || pending > 0) return undefined;
  switch (search.kind) {
    case 'ask':
    case 'replicas':
      return undefined;
    case 'tpe':
    case 'gp':
      return nextSuggestions(study, search, outcomes());
    case 'cma-es':
      return live > 0 ? undefined : nextGeneration(study, search, outcomes());
    case 'pbt':
      return live > 0 ? undefined : nextPopulation(study, search, outcomes());
    case 'coarse-to-fine':
      return live > 0 ? undefined : nextStage(study, search, outcomes());
  }
}
