import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { firstLabels } from '../../../core/study/levels.ts';
import { loadStudy } from '../../../core/study/load-study.ts';

const demo = readFileSync(new URL('../../../studies/demo.yaml', import.meta.url), 'utf8');
const small = `study: small
seeds: 2
parameters:
  network: vgg8
  dataset: fashion-mnist
  trainImages: 128
  testImages: 64
  trainEpochs: 1
  batchSize: 32
  trainScale: 28
  testScale: 28
  learningRate: 0.01
factors:
  config: [A, B]
  momentum: [0, 0.9]
`;

function refusal(yaml: string): TickworkError {
  try {
    loadStudy(yaml);
  } catch (error) {
    if (error instanceof TickworkError) return error;
    throw error;
  }
  throw new Error('Expected a refusal, the study was accepted.');
}

describe('a bad study', () => {
  it.each([
    ['an unknown key', small.replace('seeds', 'sedes'), 'STUDY_INVALID', 'sedes', 2, 1],
    ['a wrong type', small.replace('batchSize: 32', 'batchSize: many'), 'STUDY_INVALID', 'parameters.batchSize', 9, 14],
    [
      'a parameter that is missing',
      small.replace('  trainEpochs: 1\n', ''),
      'STUDY_INVALID',
      'parameters.trainEpochs',
      4,
      3,
    ],
    ['an unknown parameter', small.replace('batchSize', 'batchsize'), 'STUDY_INVALID', 'parameters.batchsize', 9, 14],
    ['an empty axis', small.replace('[A, B]', '[]'), 'GRID_EMPTY', 'factors.config', 14, 11],
    ['an unknown network', small.replace('vgg8', 'vgg9'), 'STUDY_INVALID', 'parameters.network', 4, 12],
    ['an unknown configuration', small.replace('[A, B]', '[A, Q]'), 'STUDY_INVALID', 'factors.config[1]', 14, 15],
    ['an unknown dataset', small.replace('fashion-mnist', 'imagenet'), 'STUDY_INVALID', 'parameters.dataset', 5, 12],
    ['more images than there are', small.replace('128', '60001'), 'STUDY_INVALID', 'parameters.trainImages', 6, 16],
    ['NaN', small.replace('0.01', '.nan'), 'STUDY_INVALID', 'parameters.learningRate', 12, 17],
    ['infinity', small.replace('0.01', '.inf'), 'STUDY_INVALID', 'parameters.learningRate', 12, 17],
    ['a level twice', small.replace('[0, 0.9]', '[0.9, 0.9]'), 'STUDY_INVALID', 'factors.momentum[1]', 15, 19],
    ['a seed twice', small.replace('seeds: 2', 'seeds: [7, 7]'), 'STUDY_INVALID', 'seeds', 2, 8],
    ['a key twice', `${small}study: again\n`, 'STUDY_SYNTAX', '', 16, 1],
    ['broken YAML', 'study: [', 'STUDY_SYNTAX', '', 1, 9],
    ['a constraint without sense', `${small}where: config ==\n`, 'STUDY_INVALID', 'where', 16, 8],
    ['a constraint on an unknown factor', `${small}where: depth == 3\n`, 'STUDY_INVALID', 'where', 16, 8],
    ['a constraint that leaves no cell', `${small}where: config == "C"\n`, 'GRID_EMPTY', 'where', 16, 8],
    ['a prototype key', small.replace('batchSize: 32', '__proto__: { x: 1 }'), 'STUDY_SYNTAX', '', 9, 3],
    ['nothing', '', 'STUDY_INVALID', '', 1, 1],
    ['a shown parameter that is none', `${small}table: { show: [depth] }\n`, 'STUDY_INVALID', 'table.show[0]', 16, 17],
  ])('with %s is refused', (_, yaml, code, field, line, column) => {
    const error = refusal(yaml);
    expect(error.code).toBe(code);
    expect(error.violations[0]).toMatchObject({ field, line, column });
    expect(error.message).toContain(`line ${line}:${column}`);
  });

  it('with more than 10^7 cells is refused before anything is expanded', () => {
    const axis = `[${Array.from({ length: 1000 }, (_, i) => i / 1000).join(', ')}]`;
    const huge = small.replace(
      '[0, 0.9]',
      `${axis}\n  dropout: ${axis}\n  weightDecay: ${axis}\n  learningRate: ${axis}`,
    );
    const error = refusal(huge);
    expect(error.code).toBe('GRID_TOO_LARGE');
    expect(error.message).toMatch(/got 4\.000e\+12/);
  });

  it('shows all its problems at once', () => {
    const error = refusal(
      small.replace('vgg8', 'vgg9').replace('fashion-mnist', 'imagenet').replace('testScale: 28', 'testScale: 3'),
    );
    expect(error.violations.map((v) => v.field)).toEqual(
      expect.arrayContaining(['parameters.network', 'parameters.dataset', 'parameters.testScale']),
    );
  });

  it('never brings the loader down: nesting, aliases and noise are refused', () => {
    expect(refusal(`a: ${'['.repeat(40)}${']'.repeat(40)}`).code).toBe('STUDY_SYNTAX');
    expect(refusal(`a: ${'['.repeat(100_000)}`).code).toBe('STUDY_SYNTAX');
    expect(refusal(`# ${'x'.repeat(200_000)}`).code).toBe('STUDY_INVALID');
    const laughs = Array.from(
      { length: 12 },
      (_, i) =>
        `k${i}: &k${i} [${
          i === 0
            ? '1'
            : Array(9)
                .fill(`*k${i - 1}`)
                .join(',')
        }]`,
    ).join('\n');
    expect(refusal(laughs).code).toMatch(/^STUDY_/);
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.nat(small.length), (noise, at) => {
        try {
          loadStudy(small.slice(0, at) + noise + small.slice(at));
        } catch (error) {
          expect(error).toBeInstanceOf(TickworkError);
        }
      }),
    );
  });
});

describe('a good study', () => {
  it('is the demo: seven configurations of the paper, twice', () => {
    const study = loadStudy(demo);
    expect(study.factors.map((f) => firstLabels(f, 10))).toEqual([
      ['A', 'A-LRN', 'B', 'C', 'D', 'E'],
      ['S=32', 'S=[32;64]'],
    ]);
    expect(study.seeds).toEqual([1, 2]);
    expect(study.published?.rows).toHaveLength(7);
  });

  it('may count its seeds, and name levels by their value', () => {
    const study = loadStudy(small);
    expect(study.seeds).toEqual([1, 2]);
    expect(study.title).toBe('small');
    expect(study.factors[1]?.levels).toEqual([
      { label: '0', assignments: { momentum: 0 } },
      { label: '0.9', assignments: { momentum: 0.9 } },
    ]);
  });
});

describe('a bad space', () => {
  const base = small.slice(0, small.indexOf('factors:'));

  it.each([
    ['a node of no kind', 'space: [1]', 'STUDY_INVALID', 'space', 13, 8],
    [
      'a combinator beside an axis',
      'space: { union: [{ dropout: [0] }], config: [A] }',
      'STUDY_INVALID',
      'space.config',
      13,
      45,
    ],
    [
      'a factor twice in a product',
      'space: { product: [{ config: [A] }, { config: [B] }] }',
      'STUDY_INVALID',
      'space.product[1].config',
      13,
      47,
    ],
    ['a factor in both', 'factors:\n  config: [A]\nspace: { config: [B] }', 'STUDY_INVALID', 'space.config', 15, 18],
    [
      'a zip of unequal parts',
      'space: { zip: { config: [A, B], dropout: [0] } }',
      'STUDY_INVALID',
      'space.zip',
      13,
      15,
    ],
    [
      'a cell twice',
      'space:\n  cells:\n    - { config: A, dropout: 0 }\n    - { dropout: 0, config: A }',
      'STUDY_INVALID',
      'space.cells[1].config',
      16,
      29,
    ],
    [
      'a bad cell',
      'space:\n  cells:\n    - { config: A }\n    - { config: Q }',
      'STUDY_INVALID',
      'space.cells[1].config',
      16,
      17,
    ],
    [
      'a bad level deep inside',
      'space:\n  union:\n    - { config: [A] }\n    - product:\n        - { config: [B] }\n        - { batchSize: [32, many] }',
      'STUDY_INVALID',
      'space.union[1].product[1].batchSize[1]',
      18,
      29,
    ],
    [
      'one label with two meanings',
      'space:\n  union:\n    - { config: [A], size: [{ label: s, batchSize: 32 }] }\n    - { config: [B], size: [{ label: s, batchSize: 64 }] }',
      'STUDY_INVALID',
      'space.union[1].size[0]',
      16,
      29,
    ],
    [
      'a range without an end',
      'factors: { config: [A], dropout: { from: 0, step: 0.1 } }',
      'STUDY_INVALID',
      'factors.dropout.to',
      13,
      34,
    ],
    [
      'a range with step and count',
      'factors: { config: [A], dropout: { from: 0, to: 0.5, step: 0.1, count: 3 } }',
      'STUDY_INVALID',
      'factors.dropout',
      13,
      34,
    ],
    [
      'a log range from zero',
      'factors: { config: [A], dropout: { from: 0, to: 0.5, count: 3, scale: log } }',
      'STUDY_INVALID',
      'factors.dropout.from',
      13,
      42,
    ],
    [
      'an unknown key of a range',
      'factors: { config: [A], dropout: { from: 0, to: 0.5, cuont: 3 } }',
      'STUDY_INVALID',
      'factors.dropout.cuont',
      13,
      61,
    ],
    [
      'a range whose values are refused',
      'factors: { config: [A], dropout: { from: 0, to: 1, count: 3 } }',
      'STUDY_INVALID',
      'factors.dropout',
      13,
      34,
    ],
    [
      'a condition on a later factor',
      'factors:\n  config: { values: [A], when: dropout == 0 }\n  dropout: [0]',
      'STUDY_INVALID',
      'factors.config.when',
      14,
      32,
    ],
    [
      'a condition without sense',
      'factors:\n  config: [A]\n  dropout: { values: [0], when: config == }',
      'STUDY_INVALID',
      'factors.dropout.when',
      15,
      33,
    ],
    ['a reserved name', 'factors: { config: [A], zip: [1] }', 'STUDY_INVALID', 'factors.zip', 13, 30],
    [
      'too many cells',
      'space: { union: [{ config: [A] }, { config: [B], learningRate: { from: 0, to: 1, count: 10000001 } }] }',
      'STUDY_INVALID',
      'space.union[1].learningRate',
      13,
      64,
    ],
  ])('with %s is refused', (_, yaml, code, field, line, column) => {
    const error = refusal(`${base}${yaml}\n`);
    expect(error.code, error.message).toBe(code);
    expect(error.violations[0], error.message).toMatchObject({ field, line, column });
  });
});
