import {
  type Arithmetic,
  type Comparison,
  compare,
  compute,
  type Expression,
  evaluate,
  factorsOf,
  isTrue,
  type Value,
} from './expression.ts';

/**
 * Constraints made ready to be asked millions of times while the levels of the factors change one by one, as in nested loops: what
 * does not depend on the innermost factors is computed when the outer ones change (loop-invariant code motion), and a conjunction
 * is decided as soon as one of its clauses is false.
 */
export interface CompiledClause {
  /** The loop in which its last factor gets its level; -1: it reads none. */
  readonly loop: number;
  /** Whether it holds; after `enter` of its loop. */
  holds(): boolean;
}

export interface CompiledConstraint {
  /** That all hold is the constraint. */
  readonly clauses: readonly CompiledClause[];
  /** To be called whenever the levels of this loop's factors have changed, the outer loops' first. */
  enter(loop: number): void;
}

type Read = () => Value;

/**
 * @param loopOf the loop that sets a factor, outermost first, from 0.
 * @param levelOf the level that a factor has now.
 */
export function compileConstraint(
  constraint: Expression,
  loopOf: (factor: string) => number,
  levelOf: (factor: string) => Read,
): CompiledConstraint {
  const kept: { readonly read: Read; readonly place: number }[][] = [];
  const values: Value[] = [];

  const loopOfAll = (expression: Expression): number =>
    Math.max(-1, ...[...factorsOf(expression).keys()].map((factor) => loopOf(factor)));

  /** @param loop in which the value is asked for. */
  function compileIn(expression: Expression, loop: number): Read {
    const own = loopOfAll(expression);
    if (own < 0) return constant(evaluate(expression, () => null));
    if (own === loop || expression.kind === 'factor') return compileHere(expression, loop);
    const place = values.push(null) - 1;
    const read = compileHere(expression, own);
    (kept[own] ??= []).push({ read, place });
    return () => values[place] as Value;
  }

  function compileHere(expression: Expression, loop: number): Read {
    switch (expression.kind) {
      case 'literal':
        return constant(expression.value);
      case 'factor':
        return levelOf(expression.name);
      case 'not': {
        const operand = compileIn(expression.operand, loop);
        return () => !isTrue(operand());
      }
      case 'and':
      case 'or': {
        const [left, right] = [compileIn(expression.left, loop), compileIn(expression.right, loop)];
        return expression.kind === 'and'
          ? () => isTrue(left()) && isTrue(right())
          : () => isTrue(left()) || isTrue(right());
      }
      case 'compare':
        return comparison(expression.operator, compileIn(expression.left, loop), compileIn(expression.right, loop));
      case 'arithmetic': {
        return calculation(expression.operator, compileIn(expression.left, loop), compileIn(expression.right, loop));
      }
      case 'in': {
        const item = compileIn(expression.item, loop);
        const list = expression.list.map((entry) => compileIn(entry, loop));
        const { negated } = expression;
        return () => {
          const value = item();
          return list.some((entry) => compare('==', value, entry())) !== negated;
        };
      }
    }
  }

  const clauses = clausesOf(constraint).map((clause): CompiledClause => {
    const loop = loopOfAll(clause);
    const read = compileIn(clause, loop);
    return { loop, holds: () => isTrue(read()) };
  });
  return {
    clauses,
    enter(loop) {
      // Inner parts come before what reads them.
      for (const { read, place } of kept[loop] ?? []) values[place] = read();
    },
  };
}

const constant =
  (value: Value): Read =>
  () =>
    value;

/** As `compare`, with a shorter way for numbers. A difference that is no number is not 0, as there. */
function comparison(operator: Comparison, left: Read, right: Read): Read {
  const ofNumbers = COMPARE_NUMBERS[operator];
  return () => {
    const a = left();
    const b = right();
    return typeof a === 'number' && typeof b === 'number' ? ofNumbers(a - b) : compare(operator, a, b);
  };
}

const COMPARE_NUMBERS: Readonly<Record<Comparison, (difference: number) => boolean>> = {
  '==': (d) => d === 0,
  '!=': (d) => d !== 0,
  '<': (d) => d < 0,
  '<=': (d) => d <= 0,
  '>': (d) => d > 0,
  '>=': (d) => d >= 0,
};

/** As `compute`, with a shorter way for numbers. */
function calculation(operator: Arithmetic, left: Read, right: Read): Read {
  const ofNumbers = COMPUTE_NUMBERS[operator];
  return () => {
    const a = left();
    const b = right();
    return typeof a === 'number' && typeof b === 'number' ? ofNumbers(a, b) : compute(operator, a, b);
  };
}

const COMPUTE_NUMBERS: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** The parts of a conjunction. */
export function clausesOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'and' ? [...clausesOf(expression.left), ...clausesOf(expression.right)] : [expression];
}
