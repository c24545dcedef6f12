import type { StepGraph } from './graph.ts';
import { fuseBias } from './passes/bias.ts';
import { leaveBroadcasting } from './passes/broadcasts.ts';
import { mergeCommonSubexpressions } from './passes/common-subexpressions.ts';
import { foldConstants } from './passes/constants.ts';
import { eliminateDeadCode } from './passes/dead-code.ts';
import { groupConvolutions } from './passes/grouped-convolutions.ts';
import { removeIdentities } from './passes/identities.ts';
import { joinPaddedSums } from './passes/padded-sums.ts';
import { maskBeforeUnpooling } from './passes/pool-gradient.ts';
import { stepOnReluOutput } from './passes/relu-gradient.ts';
import { mendSlices } from './passes/slices.ts';

/** Rewrites a graph so that it computes the same numbers with less work. */
export type Pass = (graph: StepGraph) => StepGraph;

/**
 * In the order in which each pass finds most to do. Dead code goes before `groupConvolutions` and `fuseBias`, which look
 * for values that nothing else uses.
 */
export const PASSES: readonly Pass[] = [
  removeIdentities,
  foldConstants,
  mergeCommonSubexpressions,
  joinPaddedSums,
  eliminateDeadCode,
  groupConvolutions,
  mendSlices,
  mergeCommonSubexpressions,
  stepOnReluOutput,
  maskBeforeUnpooling,
  eliminateDeadCode,
  fuseBias,
  leaveBroadcasting,
  mergeCommonSubexpressions,
  eliminateDeadCode,
];

/** Runs all passes. */
export function simplifyGraph(graph: StepGraph): StepGraph {
  return PASSES.reduce((current, pass) => pass(current), graph);
}
