import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, factorsOf, isTrue } from '../../../core/constraint/expression.ts';
import { parseConstraint } from '../../../core/constraint/parse.ts';

const levels: Record<string, string> = { config: 'A-LRN', scale: '32', flag: 'true', 'learning-rate': '0.01' };

function holds(source: string): boolean {
  const parsed = parseConstraint(source);
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.offset}`);
  return isTrue(evaluate(parsed.expression, (name) => levels[name] ?? null));
}

describe('constraint', () => {
  it.each([
    ['config == "A-LRN"', true],
    ["config == 'B'", false],
    ['config != "B" and scale >= 32', true],
    ['scale == 32', true],
    ['scale == "32"', true],
    ['scale < 9', false],
    ['learning-rate <= 1e-2', true],
    ['config in ["A", "A-LRN"]', true],
    ['scale not in [16, 32]', false],
    ['config in []', false],
    ['not config == "B"', true],
    ['not (scale == 32 or config == "B") or flag', true],
    ['config == "B" or scale == 32 and flag', true],
    ['scale > -1', true],
    ['scale * 2 + 1 == 65', true],
    ['scale - 2 * 8 == 16', true],
    ['(scale - 2) * 8 == 240', true],
    ['scale % 5 == 2 and scale / 4 == 8', true],
    ['config * 2 == 2', false],
    ['absent == 1 or absent < 1 or absent > 1 or absent in [1]', false],
    ['absent != 1', true],
    ['absent + 1 != 1', true],
    ['not absent', true],
    ['true', true],
    ['config', false],
  ])('%s is %s', (source, expected) => {
    expect(holds(source)).toBe(expected);
  });

  it.each([
    ['', 'Expected a factor or a value, got the end', 0],
    ['scale =', 'Expected a factor, a value or an operator, got "="', 6],
    ['scale == ', 'Expected a factor or a value, got the end', 9],
    ['(scale == 32', 'Expected ")", got the end', 12],
    ['scale == 32 config', 'Expected an operator or the end, got "config"', 12],
    ['config in "A"', 'Expected "[", got "A"', 10],
    ['and', 'Expected a factor or a value, got "and"', 0],
    ['process.exit()', 'Expected a factor, a value or an operator, got "."', 7],
  ])('%j is refused with a place', (source, message, offset) => {
    expect(parseConstraint(source)).toEqual({ ok: false, message, offset });
  });

  it('refuses deep nesting instead of running out of stack', () => {
    expect(parseConstraint(`${'('.repeat(2000)}true${')'.repeat(2000)}`)).toMatchObject({ ok: false });
    expect(parseConstraint('not '.repeat(1000))).toMatchObject({ ok: false });
    expect(parseConstraint('x'.repeat(5000))).toMatchObject({ ok: false });
  });

  it('answers every text without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'()[],=<>!"\'\\ andornti1.-'.split('')) })),
        (source) => {
          const parsed = parseConstraint(source);
          if (parsed.ok) evaluate(parsed.expression, () => 'x');
          else expect(parsed.offset).toBeLessThanOrEqual(source.length);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('names the factors it reads', () => {
    const parsed = parseConstraint('a == 1 or not (b in [c, "d"])');
    expect(parsed.ok && [...factorsOf(parsed.expression)]).toEqual([
      ['a', 0],
      ['b', 15],
      ['c', 21],
    ]);
  });
});
