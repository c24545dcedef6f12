import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sweep, TableRow, Trial } from '../../dashboard/src/api/client.ts';
import { createEventParser } from '../../dashboard/src/api/event-parser.ts';
import { paceOf } from '../../dashboard/src/sweeps/pace.ts';
import { missingOf } from '../../dashboard/src/table/columns.ts';
import { formatAge, formatDuration } from '../../dashboard/src/text/durations.ts';
import { decimalsOf, formatValue } from '../../dashboard/src/text/numbers.ts';
import { enumWord, metricTitle } from '../../dashboard/src/text/words.ts';

test.each([
  [-5000, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min 00 s'],
  [126_000, '2 min 06 s'],
  [4_800_000, '1 h 20 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test('ages have one unit', () => {
  expect([0, 120e3, 3 * 3600e3, 72 * 3600e3].map(formatAge)).toEqual(['just now', '2 min ago', '3 h ago', '3 d ago']);
});

test('percentages have two decimals, other values four digits, published values their own', () => {
  expect(formatValue(12.9467, '%')).toBe('12.95');
  expect(formatValue(0.30214, '')).toBe('0.3021');
  expect(formatValue(1290.4, 'img/s')).toBe('1,290');
  expect(decimalsOf([27, 25.6])).toBe(1);
  expect(decimalsOf([])).toBe(0);
});

test('enum values and metric names become words', () => {
  expect(enumWord('SWEEP_STATE_ACTIVE', 'sweep_state')).toBe('active');
  expect(enumWord('SOMETHING_NEW', 'sweep_state')).toBe('something new');
  expect(metricTitle('trainLoss')).toBe('train loss');
});

test('a row says what is missing and why', () => {
  const counts = {
    total: 5,
    pending: 1,
    leased: 0,
    running: 0,
    succeeded: 1,
    failed: 3,
    cancelled: 0,
    stopped: 0,
    blocked: 0,
  };
  const failures = [
    { kind: 'FAILURE_KIND_DIVERGED', count: 2, example: '' },
    { kind: 'FAILURE_KIND_OUT_OF_MEMORY', count: 1, example: '' },
  ];
  expect(missingOf({ n: 1, expected: 5, counts, failures } as TableRow)).toEqual([
    { state: 'failed', text: '3 failed (2 × diverged, out of memory)' },
    { state: 'pending', text: '1 pending' },
  ]);
  expect(missingOf({ n: 5, expected: 5, counts, failures: [] as unknown } as TableRow)).toEqual([]);
});

test('the time left follows from the share that is done, and is not guessed from nothing', () => {
  const sweep = {
    state: 'SWEEP_STATE_ACTIVE',
    createTime: '2026-01-01T00:00:00.000Z',
    counts: {
      total: 4,
      succeeded: 1,
      failed: 0,
      cancelled: 0,
      stopped: 0,
      blocked: 0,
      running: 1,
      leased: 0,
      pending: 2,
    },
  } as Sweep;
  const half = { progress: { step: 50, steps: 100 } } as Trial;
  const now = Date.parse('2026-01-01T00:01:30.000Z');
  expect(paceOf(sweep, [half, half], now)).toEqual({ elapsedMs: 90_000, remainingMs: 90_000 });
  const fresh = { ...sweep, counts: { ...sweep.counts, succeeded: 0 } } as Sweep;
  expect(paceOf(fresh, [], now)).toEqual({ elapsedMs: 90_000 });
  const ended = { ...sweep, state: 'SWEEP_STATE_COMPLETED', finishTime: '2026-01-01T00:00:40.000Z' } as Sweep;
  expect(paceOf(ended, [], now)).toEqual({ elapsedMs: 40_000 });
});

test('events come out whole however the network cuts the text', () => {
  const events = [
    { type: 'message', data: '{"a":"x:y"}' },
    { type: 'end', data: '{}' },
  ];
  const text = ': alive\n\nid: 4\ndata: {"a":"x:y"}\n\nevent: end\ndata: {}\n\n';
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      const parse = createEventParser();
      const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
      const pieces = edges.slice(1).map((end, i) => text.slice(edges[i], end));
      expect(pieces.flatMap(parse)).toEqual(events);
    }),
  );
});
