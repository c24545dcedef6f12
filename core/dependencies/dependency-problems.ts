import { type Dependent, dependenciesOf } from './dependencies.ts';
import { MAX_CHAIN, roundsOf } from './order.ts';
import type { WeightsParameter } from './weight-names.ts';

/** Configurations that one may wait for. */
export const MAX_UPSTREAMS = 64;
/** Pairs of a configuration and one that it waits for. */
export const MAX_WAITS = 1_000_000;
const MAX_PROBLEMS = 20;

/** What is wrong with what a configuration waits for: the parameter of it, or the rule of `after`, that says so. */
export type DependencyProblem = { readonly message: string } & (
  | { readonly gridIndex: number; readonly parameter: WeightsParameter }
  | { readonly rule: number }
);

/**
 * Two configurations that keep weights under one name that others take; rules that let a configuration wait for nothing; trials that
 * wait for themselves; chains that are too long; too many that are waited for.
 */
export function dependencyProblems(dependent: Dependent): readonly DependencyProblem[] {
  const { grid } = dependent;
  const found = dependenciesOf(dependent);
  const { upstreamsOf, ruleOf, order, idle, dependents } = found;
  const title = (gridIndex: number): string => grid.title(gridIndex) || 'the only configuration';
  const problems: DependencyProblem[] = [...doubleNames(dependent, title)];
  /** What says that one waits for the other. */
  const placeOf = (gridIndex: number, upstream: number) => {
    const rule = ruleOf(gridIndex, upstream);
    return rule === undefined ? { gridIndex, parameter: 'initialWeights' as const } : { rule };
  };
  for (const [rule, [first, ...others]] of idle.entries()) {
    if (first === undefined) continue;
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const message = `Expected a configuration for each of these to wait for, got none for ${title(first)}${more}`;
    problems.push({ rule, message });
  }
  for (const round of roundsOf(order.entangled, upstreamsOf)) {
    const [first, second] = round as [number, number];
    const message = `Expected a trial to wait for none that waits for it, got ${round.map(title).join(' ← ')}`;
    problems.push({ ...placeOf(first, second), message });
  }
  let waits = 0;
  for (const gridIndex of dependents) {
    const upstreams = upstreamsOf(gridIndex);
    waits += upstreams.length;
    const last = upstreams.at(-1) as number;
    const complain = (message: string) => problems.push({ ...placeOf(gridIndex, last), message });
    if (upstreams.length > MAX_UPSTREAMS)
      complain(
        `Expected a trial to wait for at most ${MAX_UPSTREAMS} others, got ${upstreams.length} before ${title(gridIndex)}`,
      );
    if ((order.depths.get(gridIndex) ?? 0) > MAX_CHAIN)
      complain(`Expected at most ${MAX_CHAIN} trials that follow one another, got more before ${title(gridIndex)}`);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (waits > MAX_WAITS && problems.length === 0)
    problems.push({
      rule: 0,
      message: `Expected at most ${MAX_WAITS} pairs of trials of which one waits for the other, got more`,
    });
  return problems.slice(0, MAX_PROBLEMS);
}

function doubleNames(dependent: Dependent, title: (gridIndex: number) => string): readonly DependencyProblem[] {
  const { grid } = dependent;
  const { dependents, weightsOf } = dependenciesOf(dependent);
  const taken = dependents.filter((gridIndex) => weightsOf(gridIndex) !== undefined);
  const names = new Set(taken.map((gridIndex) => grid.parameters(gridIndex)['initialWeights']));
  const first = new Map<unknown, number>();
  const problems: DependencyProblem[] = [];
  if (names.size === 0) return problems;
  for (let gridIndex = 0; gridIndex < grid.size; gridIndex++) {
    if (!grid.allows(gridIndex)) continue;
    const name = grid.parameters(gridIndex)['saveWeightsAs'];
    if (name === undefined || !names.has(name)) continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, gridIndex);
    else
      problems.push({
        gridIndex,
        parameter: 'saveWeightsAs',
        message: `Expected one configuration to keep weights as ${name}, from which others of this study start, got ${title(other)} and ${title(gridIndex)}`,
      });
  }
  return problems;
}
