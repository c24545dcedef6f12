import { expect, test } from 'vitest';
import { renderSweepTable } from '../../../cli/render/sweep-table.ts';
import { counts, row, table } from '../../support/cli-messages.ts';

const text = (lines: readonly string[]): string => `\n${lines.join('\n')}\n`;

test('the demo table: S and Q instead of the scale factor, spreads aligned, the paper apart and sourced', () => {
  const rows = [
    row('A', 'S=32'),
    row('D', 'S=32', {
      weightLayers: 16,
      parameters: 1_230_410,
      aggregates: [{ metric: 'testError', n: 2, mean: 9.5, std: 10.25 }],
      published: [{ metric: 'top1Error', title: 'paper top-1', value: 27, unit: '%' }],
    }),
    row('D', 'S=[32;64]', { weightLayers: 16, parameters: 1_230_410, published: [] }),
  ];
  expect(text(renderSweepTable(table(rows)))).toMatchInlineSnapshot(`
    "
    VGG/8 A-E on Fashion-MNIST, single test scale

    config        S   Q  weight layers  parameters  n  test error (%)  │  paper top-1 (%)  paper top-5 (%)
    ───────────────────────────────────────────────────────────────────┼──────────────────────────────────
    A            32  32             11     147,018  2   12.30 ±  0.21  │             29.6             10.4
    D            32  32             16   1,230,410  2    9.50 ± 10.25  │             27.0                –
    D       [32;64]  48             16   1,230,410  2   12.30 ±  0.21  │                –                –

    ± is the sample standard deviation over the n trials of a row.
    Right of the line, published by others: Simonyan & Zisserman 2015, Table 3 (ImageNet, full width).
    "
  `);
});

test('what is missing is said: fewer results, one result without a spread, why cells failed', () => {
  const rows = [
    row('A', 'S=32', {
      n: 1,
      counts: counts({ total: 2, succeeded: 1, running: 1 }),
      aggregates: [{ metric: 'testError', n: 1, mean: 12.304 }],
    }),
    row('E', 'S=32', {
      n: 0,
      counts: counts({ total: 2, failed: 2 }),
      failures: [{ kind: 'FAILURE_KIND_DIVERGED', count: 2, example: 'loss became NaN at step 40' }],
      aggregates: [{ metric: 'testError', n: 0 }],
    }),
  ];
  expect(text(renderSweepTable(table(rows, { complete: false })))).toMatchInlineSnapshot(`
    "
    VGG/8 A-E on Fashion-MNIST, single test scale

    config   S   Q  weight layers  parameters    n  test error (%)  │  paper top-1 (%)  paper top-5 (%)
    ────────────────────────────────────────────────────────────────┼──────────────────────────────────
    A       32  32             11     147,018  1/2           12.30  │             29.6             10.4
    E       32  32             11     147,018  0/2               –  │             29.6             10.4

    Right of the line, published by others: Simonyan & Zisserman 2015, Table 3 (ImageNet, full width).
    A S=32: n = 1/2, 1 running.
    E S=32: n = 0/2, 2 failed (diverged): loss became NaN at step 40
    The table is not complete.
    "
  `);
});

test('a study without published values and shown parameters has neither column', () => {
  const plain = { published: [], shownParameters: [] };
  const rows = [row('A', 'S=32', plain), row('A', 'S=[32;64]', plain)];
  expect(text(renderSweepTable(table(rows, { publishedSource: '' })))).toMatchInlineSnapshot(`
    "
    VGG/8 A-E on Fashion-MNIST, single test scale

    config  scale      weight layers  parameters  n  test error (%)
    ───────────────────────────────────────────────────────────────
    A       S=32                  11     147,018  2    12.30 ± 0.21
    A       S=[32;64]             11     147,018  2    12.30 ± 0.21

    ± is the sample standard deviation over the n trials of a row.
    "
  `);
});

test('a factor whose labels say more than the shown parameters stays', () => {
  const rows = [
    row('A', 'small', { shownParameters: [{ factor: 'trainScale', label: '32' }] }),
    row('A', 'large', { shownParameters: [{ factor: 'trainScale', label: '64' }] }),
  ];
  const header = renderSweepTable(table(rows))[2] as string;
  expect(header).toMatch(/^config\s+scale\s+S\s/);
});

test('an escape sequence in a title cannot move the cursor', () => {
  const lines = renderSweepTable(table([row('A', 'S=32')], { title: 'good \x1b[2Jbad' }));
  expect(lines[0]).toBe('good \\x1b[2Jbad');
});

test('an empty table is a table', () => {
  expect(renderSweepTable(table([], { publishedSource: '' }))[0]).toBe('VGG/8 A-E on Fashion-MNIST, single test scale');
});

test('rows of an ablation say in what they differ from base, and by how much over pairs of equal seed', () => {
  const level = (label: string) => ({ levels: [{ factor: 'dropout', label }], shownParameters: [], published: [] });
  const rows = [
    row('A', '', { ...level('0.5'), isBase: true }),
    row('A', '', {
      ...level('0'),
      differences: [{ factor: 'dropout', base: '0.5', label: '0' }],
      paired: [{ metric: 'testError', n: 2, mean: 1.25, std: 0.5 }],
    }),
  ];
  const lines = renderSweepTable(table(rows, { groupBy: ['dropout'], publishedSource: '' }));
  expect(text(lines.map((line) => line.trimEnd()))).toMatchInlineSnapshot(`
    "
    VGG/8 A-E on Fashion-MNIST, single test scale

    dropout  from base        weight layers  parameters  n  test error (%)  Δ test error (%)
    ────────────────────────────────────────────────────────────────────────────────────────
    0.5      base                        11     147,018  2    12.30 ± 0.21          –
    0        dropout 0.5 → 0             11     147,018  2    12.30 ± 0.21      +1.25 ± 0.50

    ± is the sample standard deviation over the n trials of a row.
    Δ is the difference from the base row, paired by seed, over all pairs that have both results.
    "
  `);
});
