import { describe, expect, it, test } from 'vitest';
import { RENDERERS } from '../../../core/table/render/renderers.ts';
import type { Table, TableRow } from '../../../core/table/table.ts';

const counts = { pending: 0, leased: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, stopped: 0, blocked: 0 };

function row(label: string, changes: Partial<TableRow> = {}): TableRow {
  return {
    levels: [{ factor: 'config', label }],
    n: 2,
    expected: 2,
    counts,
    reused: 0,
    failures: [],
    aggregates: [{ metric: 'testError', n: 2, mean: 8.125, std: 0.5, min: 7.5, max: 8.75 }],
    published: [],
    weightLayers: 11,
    parameters: 9_231_114,
    shown: [],
    ...changes,
  };
}

function table(rows: readonly TableRow[], changes: Partial<Table> = {}): Table {
  const metrics = [{ name: 'testError', title: 'test error', unit: '%' }];
  return {
    title: 'A study',
    revision: 7,
    groupBy: ['config'],
    metrics,
    publishedSource: '',
    rows,
    totalRows: 1,
    complete: true,
    ...changes,
  };
}

const render = (format: keyof typeof RENDERERS, what: Table): string => RENDERERS[format].render(what, 'sweeps/s-1');

/** What each could do in the wrong hands. */
const NASTY = [
  '=1+1',
  '@SUM(A1)',
  '+cmd',
  '-cmd',
  '\tx',
  '\rx',
  '\nx',
  'a"b',
  'a,b',
  '\\input{x}',
  'a & b % c',
  '| x |',
  '<script>',
  '[a](javascript:x)',
  '$x$',
  '\\end{tabular}',
];

describe('a CSV cell', () => {
  it.each(NASTY)('holds %j as text', (label) => {
    const record = render('csv', table([row(label)]))
      .split('\r\n')
      .slice(1, -1)
      .join('\r\n');
    const quoted = /^"((?:[^"]|"")*)"/.exec(record)?.[1]?.replaceAll('""', '"');
    const cell = quoted ?? (record.split(',')[0] as string);
    expect([label, `'${label}`]).toContain(cell);
    expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
  });

  it.each(['-1', '+1', '-0.5', '1e-4', '-1E+5'])('holds the number %s as a number', (label) => {
    expect(render('csv', table([row(label)])).split('\r\n')[1]).toMatch(new RegExp(`^${label.replace('+', '\\+')},`));
  });

  it('has every digit', () => {
    const aggregates = [{ metric: 'testError', n: 3, mean: 0.1 + 0.2, std: 1e-17, min: 0, max: 1e21 }];
    expect(render('csv', table([row('A', { aggregates })]))).toContain(',0.30000000000000004,1e-17,0,1e+21,');
  });
});

describe('a LaTeX cell', () => {
  it.each(NASTY)('holds %j as text', (label) => {
    const text = render('latex', table([row(label)]));
    const line = text
      .split('\n')
      .find((candidate) => candidate.includes('8.12') || candidate.includes('8.13')) as string;
    const cell = line.split(/(?<!\\)&/)[0] as string;
    // What is left without our own escapes has no character that TeX acts upon.
    const plain = cell.replaceAll(/\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[#$%&_{}]/g, '');
    expect(plain).not.toMatch(/[\\#$%&_{}~^]/);
  });

  it('has no comment that ends early', () => {
    const failures = [{ kind: 'user_error' as const, count: 1, example: 'first line\n\\input{x}' }];
    const text = render(
      'latex',
      table([row('a\n\\input{x}', { n: 1, failures })], { complete: false, publishedSource: 'x\n\\input{y}' }),
    );
    expect(text.split('\n').filter((line) => /^\s*\\input/.test(line))).toEqual([]);
  });
});

describe('a Markdown cell', () => {
  it.each(NASTY)('holds %j as text', (label) => {
    const text = render('markdown', table([row(label)]));
    const line = text.split('\n').find((candidate) => candidate.startsWith('|') && candidate.includes('8.1')) as string;
    const unescaped = line.replaceAll(/\\./g, '');
    expect(unescaped.split('|')).toHaveLength(7);
    expect(unescaped).not.toMatch(/[<>[\]`]/);
  });
});

describe('an incomplete table', () => {
  const short = row('A', {
    n: 1,
    expected: 3,
    counts: { ...counts, failed: 1, running: 1, succeeded: 1 },
    failures: [{ kind: 'diverged', count: 1, example: 'The loss became NaN at step 7.' }],
    aggregates: [{ metric: 'testError', n: 1, mean: 8, min: 8, max: 8 }],
  });
  const incomplete = table([short, row('B')], { complete: false });

  it.each(['markdown', 'latex'] as const)('says n of expected, and why, as %s', (format) => {
    const text = render(format, incomplete).replaceAll('\\', '');
    expect(text).toContain('INCOMPLETE TABLE');
    expect(text).toContain('1/3');
    expect(text).toContain('A: n = 1 of 3: 1 diverged (The loss became NaN at step 7.), 1 running.');
  });

  it('has no spread of one value', () => {
    expect(render('markdown', incomplete)).toMatch(/\| 8\.00 \|/);
    expect(render('csv', incomplete).split('\r\n')[1]).toMatch(/^A,11,9231114,1,3,0,8,,8,8,1 diverged/);
    expect(JSON.parse(render('json', incomplete))).not.toHaveProperty('rows.0.aggregates.0.std');
  });
});

test('differences from base stand in every format, in LaTeX with characters that every font has', () => {
  const differences = [{ factor: 'dropout', base: '0.5', label: '0' }];
  const paired = [{ metric: 'testError', n: 2, mean: -1.5, std: 0.25, min: -1.7, max: -1.3 }];
  const rows = [row('A', { differences: [] }), row('B', { differences, paired })];
  expect(render('latex', table(rows))).toContain('dropout 0.5 $\\rightarrow$ 0');
  expect(render('latex', table(rows))).toContain('$-1.50 \\pm 0.25$');
  expect(render('latex', table(rows))).not.toMatch(/^[^%]*[Δ→]/m);
  expect(render('markdown', table(rows))).toContain('| dropout 0.5 → 0 |');
  expect(render('csv', table(rows))).toContain('B,dropout 0.5 → 0,');
  expect(render('csv', table(rows))).toContain(',2,-1.5,0.25,');
});
