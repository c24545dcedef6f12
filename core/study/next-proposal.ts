import { nextStage } from './coarse-to-fine-stages.ts';
import type { Outcome, Proposal } from './search.ts';
import type { Study } from './study.ts';
import { nextSuggestions } from './tpe-suggestions.ts';

/**
 * What a search draws after a trial has ended, if anything. A stage waits for the whole of the one before; TPE draws as soon as no
 * cell waits, so that no slot does.
 * @param outcomes of all rows so far. @param pending cells that nobody works on. @param live cells that somebody does.
 */
export function nextProposal(
  study: Study,
  outcomes: () => readonly Outcome[],
  pending: number,
  live: number,
): Proposal | undefined {
  const { search } = study;
  if (search === undefined || search.kind === 'ask' || pending > 0) return undefined;
  if (search.kind === 'tpe') return nextSuggestions(study, search, outcomes());
  return live > 0 ? undefined : nextStage(study, search, outcomes());
}
