import type { Locator } from '../../../core/space/locator.ts';
import { ABSENT } from '../../../core/space/space.ts';

/**
 * The digit of a factor as an SQL expression over a grid index, as `digitAt` of core/space computes it. Only integers go into the
 * text, never a name or a label.
 */
export function digitSql(locator: Locator, index: string): string {
  switch (locator.at) {
    case 'absent':
      return String(ABSENT);
    case 'run':
      return `(CASE WHEN ${index} < ${integer(locator.count)} THEN ${index} + ${integer(locator.from)} ELSE ${ABSENT} END)`;
    case 'list':
      return `coalesce(list_extract([${locator.digits.map(integer).join()}], 1 + ${index}), ${ABSENT})`;
    case 'place': {
      const { stride, radix, inner } = locator;
      return digitSql(inner, `((${index} // ${integer(stride)}) % ${integer(radix)})`);
    }
    case 'part': {
      const { starts, parts } = locator;
      const branches = parts.slice(0, -1).map((part, i) => {
        const digit = digitSql(part, `(${index} - ${integer(starts[i] as number)})`);
        return `WHEN ${index} < ${integer(starts[i + 1] as number)} THEN ${digit}`;
      });
      const last = digitSql(parts.at(-1) as Locator, `(${index} - ${integer(starts.at(-1) as number)})`);
      return branches.length === 0 ? last : `(CASE ${branches.join(' ')} ELSE ${last} END)`;
    }
  }
}

export function integer(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new Error(`Expected an integer, got ${value}.`);
}
