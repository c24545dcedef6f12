import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { isTurnable } from '../lowering/convolution-problem.ts';
import { chooseFormulation } from '../lowering/filter-gradient.ts';
import { isFolded } from '../lowering/folded-convolution.ts';
import { convolutionFormulations } from './convolution-formulations.ts';
import type { ConvolutionKind, Formulation, FormulationChoice } from './formulation.ts';

/**
 * The choice that asks no clock, and takes nothing that this processor may not have: the same sums in the same order on
 * every run. Its limits are measured ones, so it is rarely far from the best.
 */
export function createFixedChoice(): FormulationChoice {
  const formulations = convolutionFormulations(1);
  return (kind, problem) => {
    const name = fixedName(kind, problem);
    return formulations[kind].find((candidate) => candidate.name === name) as Formulation;
  };
}

function fixedName(kind: ConvolutionKind, problem: ConvolutionProblem): string {
  if (isFolded(problem)) return 'folded';
  if (kind === 'forward') return 'direct';
  if (kind === 'filter-gradient') return chooseFormulation(problem);
  const { channels, filters } = problem;
  return isTurnable(problem) && channels >= filters ? 'turned' : 'transposed';
}
