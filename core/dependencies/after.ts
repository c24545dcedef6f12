import { type Expression, evaluate, isTrue, type Value } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import type { Grid } from '../grid/grid.ts';
import { ABSENT_LABEL } from '../space/space.ts';

/**
 * Which configurations wait for which: each of `cells` for all of `waitFor` that have its labels of the factors `equal`, seed by
 * seed. Plain JSON, part of a stored study.
 */
export interface AfterRule {
  /** A constraint over the factors, as `where` is one. */
  readonly cells: string;
  readonly waitFor: string;
  readonly equal: readonly string[];
}

/** What one rule says of a grid. */
export interface AppliedRule {
  /** Each with those that it waits for, in order; the lists are shared. Configurations without one wait for none by this rule. */
  readonly upstreams: ReadonlyMap<number, readonly number[]>;
  /** Configurations that the rule lets wait, but for nothing. */
  readonly idle: readonly number[];
}

/**
 * Of the configurations that a rule names, the present study's are waited for; where it has none of them, those of earlier ones.
 * @param configurations the allowed ones, ascending. @param isWanted whether the present study has a configuration.
 */
export function applyRules(
  rules: readonly AfterRule[],
  grid: Grid,
  configurations: readonly number[],
  isWanted: (gridIndex: number) => boolean,
): readonly AppliedRule[] {
  const matchers = rules.map(createMatcher);
  if (rules.length > 0)
    for (const gridIndex of configurations) {
      const labels = new Map(grid.labels(gridIndex).map(({ factor, label }) => [factor, label]));
      const levelOf = (factor: string): Value => {
        const label = labels.get(factor);
        return label === undefined || label === ABSENT_LABEL ? null : label;
      };
      for (const matcher of matchers) matcher.match(gridIndex, levelOf);
    }
  return matchers.map((matcher) => matcher.applied(isWanted));
}

function createMatcher({ cells, waitFor, equal }: AfterRule) {
  const [waits, awaited] = [parsed(cells), parsed(waitFor)];
  const groups = new Map<string, number[]>();
  const dependents: { readonly gridIndex: number; readonly key: string }[] = [];
  return {
    match(gridIndex: number, levelOf: (factor: string) => Value): void {
      const key = JSON.stringify(equal.map(levelOf));
      if (isTrue(evaluate(waits, levelOf))) dependents.push({ gridIndex, key });
      if (!isTrue(evaluate(awaited, levelOf))) return;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [gridIndex]);
      else group.push(gridIndex);
    },
    applied(isWanted: (gridIndex: number) => boolean): AppliedRule {
      for (const [key, group] of groups) {
        const wanted = group.filter(isWanted);
        if (wanted.length > 0) groups.set(key, wanted);
      }
      const upstreams = new Map<number, readonly number[]>();
      const idle: number[] = [];
      for (const { gridIndex, key } of dependents) {
        const group = groups.get(key);
        if (group === undefined) idle.push(gridIndex);
        else upstreams.set(gridIndex, group);
      }
      return { upstreams, idle };
    },
  };
}

function parsed(source: string): Expression {
  const result = parseConstraint(source);
  if (result.ok) return result.expression;
  throw new Error(`Expected a validated study, got the constraint ${JSON.stringify(source)}: ${result.message}.`);
}
