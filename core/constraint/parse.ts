import type { Arithmetic, Comparison, Expression } from './expression.ts';

/**
 * Grammar (nothing of it is ever evaluated as code, invariant I7):
 *
 *     or      = and { "or" and }
 *     and     = unary { "and" unary }
 *     unary   = "not" unary | comparison
 *     comparison = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) sum | [ "not" ] "in" "[" [ sum { "," sum } ] "]" ]
 *     sum     = term { ( "+" | "-" ) term }          a name may contain "-": put spaces around a minus
 *     term    = primary { ( "*" | "/" | "%" ) primary }
 *     primary = number | string | "true" | "false" | factor | "(" or ")"
 */
export type ParseResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly message: string; readonly offset: number };

const MAX_LENGTH = 4096;
const MAX_DEPTH = 64;

interface Token {
  readonly kind: 'number' | 'string' | 'word' | 'symbol' | 'end';
  readonly text: string;
  readonly offset: number;
}

class SyntaxProblem extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export function parseConstraint(source: string): ParseResult {
  try {
    if (source.length > MAX_LENGTH)
      throw new SyntaxProblem(`Expected at most ${MAX_LENGTH} characters, got ${source.length}`, 0);
    return { ok: true, expression: parseTokens(tokenize(source)) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, message: error.message, offset: error.offset };
    throw error;
  }
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([A-Za-z_][A-Za-z0-9_-]*)|(==|!=|<=|>=|[<>()[\],+*/%-]))/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) {
      const offset = start + (source.slice(start).length - source.slice(start).trimStart().length);
      throw new SyntaxProblem(
        `Expected a factor, a value or an operator, got ${JSON.stringify(source[offset])}`,
        offset,
      );
    }
    const [whole, number, double, single, word, symbol] = match;
    const offset = start + (whole.length - whole.trimStart().length);
    const quoted = double ?? single;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, offset });
    else if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted.replace(/\\(.)/g, '$1'), offset });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, offset });
    else tokens.push({ kind: 'symbol', text: symbol as string, offset });
  }
  tokens.push({ kind: 'end', text: 'the end', offset: source.length });
  return tokens;
}

function parseTokens(tokens: readonly Token[]): Expression {
  let position = 0;
  const peek = (): Token => tokens[position] as Token;
  const next = (): Token => tokens[position++] as Token;
  const accept = (kind: Token['kind'], text: string): boolean => {
    if (peek().kind !== kind || peek().text !== text) return false;
    position++;
    return true;
  };
  const expect = (text: string): void => {
    if (!accept('symbol', text)) throw unexpected(`"${text}"`);
  };
  const unexpected = (wanted: string): SyntaxProblem => {
    const token = peek();
    return new SyntaxProblem(
      `Expected ${wanted}, got ${token.kind === 'end' ? 'the end' : JSON.stringify(token.text)}`,
      token.offset,
    );
  };

  const binary =
    (word: 'and' | 'or', operand: (depth: number) => Expression) =>
    (depth: number): Expression => {
      let left = operand(depth);
      while (accept('word', word)) left = { kind: word, left, right: operand(depth) };
      return left;
    };

  const primary = (depth: number): Expression => {
    const token = peek();
    if (accept('symbol', '(')) {
      const inner = or(depth + 1);
      expect(')');
      return inner;
    }
    if (accept('symbol', '-')) {
      const number = next();
      if (number.kind !== 'number') throw new SyntaxProblem('Expected a number after "-"', number.offset);
      return { kind: 'literal', value: -Number(number.text) };
    }
    if (token.kind === 'number' || token.kind === 'string') {
      position++;
      return { kind: 'literal', value: token.kind === 'number' ? Number(token.text) : token.text };
    }
    if (token.kind !== 'word' || ['and', 'or', 'not', 'in'].includes(token.text))
      throw unexpected('a factor or a value');
    position++;
    if (token.text === 'true' || token.text === 'false') return { kind: 'literal', value: token.text === 'true' };
    return { kind: 'factor', name: token.text, offset: token.offset };
  };

  const arithmetic =
    (operators: readonly Arithmetic[], operand: (depth: number) => Expression) =>
    (depth: number): Expression => {
      let left = operand(depth);
      for (;;) {
        const operator = operators.find((symbol) => accept('symbol', symbol));
        if (operator === undefined) return left;
        left = { kind: 'arithmetic', operator, left, right: operand(depth) };
      }
    };
  const term = arithmetic(['*', '/', '%'], primary);
  const sum = arithmetic(['+', '-'], term);

  const comparison = (depth: number): Expression => {
    const left = sum(depth);
    const token = peek();
    if (token.kind === 'symbol' && ['==', '!=', '<', '<=', '>', '>='].includes(token.text)) {
      position++;
      return { kind: 'compare', operator: token.text as Comparison, left, right: sum(depth) };
    }
    const negated = accept('word', 'not');
    if (!accept('word', 'in')) {
      if (negated) throw unexpected('"in"');
      return left;
    }
    expect('[');
    const list: Expression[] = [];
    if (!accept('symbol', ']')) {
      do list.push(sum(depth));
      while (accept('symbol', ','));
      expect(']');
    }
    return { kind: 'in', negated, item: left, list };
  };

  const unary = (depth: number): Expression => {
    if (depth > MAX_DEPTH)
      throw new SyntaxProblem(`Expected at most ${MAX_DEPTH} nested parentheses or "not"`, peek().offset);
    return accept('word', 'not') ? { kind: 'not', operand: unary(depth + 1) } : comparison(depth);
  };

  const and = binary('and', unary);
  const or = binary('or', and);

  const expression = or(0);
  if (peek().kind !== 'end') throw unexpected('an operator or the end');
  return expression;
}
