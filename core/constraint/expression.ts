/** A constraint as data. Identifiers name factors; their value is the label of the level, compared as text or number. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'factor'; readonly name: string; readonly offset: number }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'in'; readonly negated: boolean; readonly item: Expression; readonly list: readonly Expression[] };

export type Arithmetic = '+' | '-' | '*' | '/' | '%';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** `null` is the label of a factor that the configuration does not have: it differs from everything and is below nothing. */
export type Value = string | number | boolean | null;

/**
 * Evaluates without side effects; total for every input. Numbers in text compare as numbers when both sides are numeric,
 * so `scale == 32` and `scale == "32"` mean the same.
 */
export function evaluate(expression: Expression, labelOf: (factor: string) => Value): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'factor':
      return labelOf(expression.name);
    case 'not':
      return !isTrue(evaluate(expression.operand, labelOf));
    case 'and':
      return isTrue(evaluate(expression.left, labelOf)) && isTrue(evaluate(expression.right, labelOf));
    case 'or':
      return isTrue(evaluate(expression.left, labelOf)) || isTrue(evaluate(expression.right, labelOf));
    case 'compare':
      return compare(expression.operator, evaluate(expression.left, labelOf), evaluate(expression.right, labelOf));
    case 'arithmetic':
      return compute(expression.operator, evaluate(expression.left, labelOf), evaluate(expression.right, labelOf));
    case 'in': {
      const item = evaluate(expression.item, labelOf);
      const found = expression.list.some((entry) => compare('==', item, evaluate(entry, labelOf)));
      return expression.negated ? !found : found;
    }
  }
}

export function isTrue(value: Value): boolean {
  return value === true || value === 'true';
}

/** @returns null where an operand is no number, as of an absent factor. */
export function compute(operator: Arithmetic, left: Value, right: Value): number | null {
  const a = asNumber(left);
  const b = asNumber(right);
  if (a === undefined || b === undefined) return null;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

export function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (left === null || right === null) return operator === '!=' ? left !== right : operator === '==' && left === right;
  const [a, b] = [asNumber(left), asNumber(right)];
  const order = a !== undefined && b !== undefined ? Math.sign(a - b) : orderOf(String(left), String(right));
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function orderOf(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The factors an expression reads, each with the place of its first mention. */
export function factorsOf(expression: Expression): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const visit = (e: Expression): void => {
    switch (e.kind) {
      case 'literal':
        return;
      case 'factor':
        if (!found.has(e.name)) found.set(e.name, e.offset);
        return;
      case 'not':
        return visit(e.operand);
      case 'and':
      case 'or':
      case 'compare':
      case 'arithmetic':
        visit(e.left);
        return visit(e.right);
      case 'in':
        visit(e.item);
        for (const entry of e.list) visit(entry);
    }
  };
  visit(expression);
  return found;
}
