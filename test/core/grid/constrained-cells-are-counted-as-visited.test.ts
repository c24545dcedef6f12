import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrid } from '../../../core/grid/grid.ts';
import type { Study } from '../../../core/study/study.ts';

const FACTORS = ['a', 'b', 'c', 'd'] as const;

const level = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom('x', 'y', '1.0', ' 2', 'true'), fc.boolean());
const lists = fc.array(fc.uniqueArray(level, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 4 });

const operand = fc.oneof(fc.constantFrom(...FACTORS), fc.integer({ min: 0, max: 5 }).map(String), fc.constant('"x"'));
const sum = fc.tuple(operand, fc.constantFrom('+', '-', '*', '/', '%'), operand).map((parts) => parts.join(' '));
const side = fc.oneof(
  operand,
  sum,
  fc.tuple(sum, sum).map(([l, r]) => `(${l}) * (${r})`),
);
const comparison = fc.oneof(
  fc.tuple(side, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), side).map((parts) => parts.join(' ')),
  fc
    .tuple(side, fc.constantFrom('in', 'not in'), fc.array(operand, { maxLength: 3 }))
    .map(([l, o, r]) => `${l} ${o} [${r.join()}]`),
);
const clause = fc.oneof(
  comparison,
  comparison.map((text) => `not (${text})`),
  fc.tuple(comparison, comparison).map(([l, r]) => `(${l} or ${r})`),
  fc.constantFrom('true', 'false', 'd'),
);
const constraint = fc.array(clause, { minLength: 1, maxLength: 4 }).map((clauses) => clauses.join(' and '));

function studyOf(levels: readonly (readonly (string | number | boolean)[])[], where: string): Study {
  return {
    name: 's',
    title: 's',
    seeds: [1],
    parameters: {},
    factors: FACTORS.map((name, i) => ({ name, levels: { list: levels[i] ?? [] } })),
    where,
    maxAttempts: 1,
    table: { metrics: [], show: [] },
  };
}

describe('the number of cells that a constraint keeps', () => {
  it('is that of the cells it allows one by one, however little of them is visited', () => {
    fc.assert(
      fc.property(lists, constraint, (levels, where) => {
        const grid = createGrid(studyOf(levels, where));
        const allowed = Array.from({ length: grid.size }, (_, i) => grid.allows(i)).filter(Boolean).length;
        expect(grid.countConfigurations(), where).toBe(allowed);
      }),
      { numRuns: 2_000 },
    );
  });
});
