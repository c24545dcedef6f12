import { type CompiledConstraint, clausesOf, compileConstraint } from '../constraint/compile.ts';
import { type Expression, factorsOf, type Value } from '../constraint/expression.ts';

/** One part of a product: so many combinations of the levels of its factors, each made the current one by `select`. */
export interface Dimension {
  readonly size: number;
  readonly factors: ReadonlySet<string>;
  select(index: number): void;
}

/**
 * How many combinations of the dimensions a constraint keeps. Dimensions that no clause joins only multiply: each group of joined
 * ones is counted by itself, with loops that end where a clause is false. In the worst case, one clause over all factors, every
 * combination is visited, but little is computed for it.
 * @param levelOf the current level of a factor.
 */
export function countCombinations(
  dimensions: readonly Dimension[],
  constraint: Expression,
  levelOf: (factor: string) => () => Value,
): number {
  let product = 1;
  for (const { members, clauses } of groupsOf(dimensions, clausesOf(constraint))) {
    if (clauses.length === 0) product *= members.reduce((size, dimension) => size * dimension.size, 1);
    else product *= countGroup(members, clauses, levelOf);
    if (product === 0) return 0;
  }
  return product;
}

interface Group {
  readonly members: readonly Dimension[];
  readonly clauses: readonly Expression[];
}

/** Dimensions that share a clause, directly or over others, belong together. */
function groupsOf(dimensions: readonly Dimension[], clauses: readonly Expression[]): readonly Group[] {
  let groups: Group[] = dimensions.map((dimension) => ({ members: [dimension], clauses: [] }));
  for (const clause of clauses) {
    const read = [...factorsOf(clause).keys()];
    const isTouched = ({ members }: Group): boolean =>
      members.some(({ factors }) => read.some((factor) => factors.has(factor)));
    const touched = groups.filter(isTouched);
    groups = [
      ...groups.filter((group) => !touched.includes(group)),
      {
        members: touched.flatMap(({ members }) => members),
        clauses: [...touched.flatMap((group) => group.clauses), clause],
      },
    ];
  }
  return groups;
}

function countGroup(
  members: readonly Dimension[],
  clauses: readonly Expression[],
  levelOf: (factor: string) => () => Value,
): number {
  const loopOf = (factor: string): number => members.findIndex(({ factors }) => factors.has(factor));
  const all = clauses.reduce((left, right): Expression => ({ kind: 'and', left, right }));
  const compiled = compileConstraint(all, loopOf, levelOf);
  const decided = [-1, ...members.keys()].map((loop) => compiled.clauses.filter((clause) => clause.loop === loop));
  if (!(decided[0] ?? []).every((clause) => clause.holds())) return 0;
  return visit(members, compiled, decided.slice(1), 0);
}

function visit(
  members: readonly Dimension[],
  compiled: CompiledConstraint,
  decided: readonly CompiledConstraint['clauses'][],
  loop: number,
): number {
  const dimension = members[loop];
  if (dimension === undefined) return 1;
  const clauses = decided[loop] ?? [];
  let found = 0;
  for (let index = 0; index < dimension.size; index++) {
    dimension.select(index);
    compiled.enter(loop);
    if (clauses.every((clause) => clause.holds())) found += visit(members, compiled, decided, loop + 1);
  }
  return found;
}
