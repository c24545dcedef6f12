import { expect, test } from 'vitest';
import { displayWidth, padEnd, truncate, visible } from '../../../cli/render/display-width.ts';
import { messageJson } from '../../../cli/render/message-json.ts';
import { formatClock, formatLarge, formatSeconds, formatShare, formatValue } from '../../../cli/render/numbers.ts';
import { textTable } from '../../../cli/render/text-table.ts';

test('widths count columns of a terminal', () => {
  expect([
    displayWidth('abc'),
    displayWidth('é'),
    displayWidth('e\u0301'),
    displayWidth('画像'),
    displayWidth('± 0.1'),
  ]).toEqual([3, 1, 1, 4, 5]);
  expect(padEnd('画', 4)).toBe('画  ');
  expect([truncate('abcdef', 6), truncate('abcdef', 4), truncate('画像画像', 5), truncate('abc', 0)]).toEqual([
    'abcdef',
    'abc…',
    '画像…',
    '',
  ]);
  expect(visible('a\nb\x07\u2028')).toBe('a b\\x07\\x2028');
});

test('a table pads by width and leaves no trailing blanks', () => {
  const lines = textTable(
    [
      { title: 'name', align: 'left' },
      { title: 'n', align: 'right' },
      { title: 'x', align: 'left', apart: true },
    ],
    [
      ['画像', '1', ''],
      ['a', '12', 'b'],
    ],
  );
  expect(lines).toEqual(['name   n  │  x', '──────────┼───', '画像   1  │', 'a     12  │  b']);
});

test('figures', () => {
  expect([0, 75.4, 4000, -3].map(formatClock)).toEqual(['0:00', '1:15', '1:06:40', '0:00']);
  expect([8.24, 133.9, 7322].map(formatSeconds)).toEqual(['8.2 s', '2 min 14 s', '2 h 2 min']);
  expect([3400, 1.53e12].map(formatLarge)).toEqual(['3,400', '1.53e12']);
  expect([29.6, 9, 12.349].map((value) => formatValue(value))).toEqual(['29.6', '9', '12.35']);
  expect(formatShare(0.957)).toBe('95.7 %');
});

test('messages as JSON: timestamps as text, no oneof markers, no NaN', () => {
  const message = {
    createTime: { seconds: 1_800_000_000, nanos: 5e8 },
    loss: Number.NaN,
    _loss: 'loss',
    nested: [{ _x: 'y', z: null }],
  };
  expect(messageJson(message)).toEqual({ createTime: '2027-01-15T08:00:00.500Z', loss: null, nested: [{ z: null }] });
});
