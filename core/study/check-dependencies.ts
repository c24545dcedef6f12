import { dependenciesOf, MAX_DEPENDENT_CELLS } from '../dependencies/dependencies.ts';
import { dependencyProblems } from '../dependencies/dependency-problems.ts';
import { mayDepend } from '../dependencies/weight-names.ts';
import { createGrid } from '../grid/grid.ts';
import { pathFinder } from './check-levels.ts';
import type { Complaint } from './complaint.ts';
import type { PlacedLeaf } from './raw-space.ts';
import type { Study } from './study.ts';

/**
 * Whether trials of the study wait for others of it, and what is wrong with that. Those of a search do not: what it draws next begins
 * when what it has drawn has ended.
 * @param placed where the levels of each leaf are written.
 */
export function checkDependencies(
  study: Study,
  placed: readonly PlacedLeaf[],
): { readonly dependencies?: true; readonly complaints: readonly Complaint[] } {
  const { search, after } = study;
  const none = { complaints: [] };
  if (search !== undefined && search.kind !== 'replicas') {
    if (after === undefined) return none;
    const message =
      'Expected no rules of what waits for what of a search, which draws its configurations itself, got some';
    return { complaints: [{ path: ['after'], message }] };
  }
  if (after === undefined && !mayDepend(study)) return none;
  const grid = createGrid(study);
  if (grid.cellBound > MAX_DEPENDENT_CELLS) {
    const message = `Expected at most ${MAX_DEPENDENT_CELLS} cells of a study whose trials wait for others of it, got ${grid.cellBound}. Split the study`;
    return { complaints: [{ path: ['study'], message }] };
  }
  if (after === undefined && dependenciesOf({ study, grid }).dependents.length === 0) return none;
  if (search !== undefined) {
    const message = 'Expected no adaptive replicas of trials that wait for others of the study, got some. Say seeds';
    return { dependencies: true, complaints: [{ path: ['replicas'], message }] };
  }
  const pathOf = pathFinder(study, placed);
  const complaints = dependencyProblems({ study, grid }).map((problem) => ({
    path: 'rule' in problem ? ['after', problem.rule] : pathOf(problem.gridIndex, problem.parameter),
    message: problem.message,
  }));
  return { dependencies: true, complaints };
}
