import { displayWidth, padEnd, padStart } from './display-width.ts';

export interface TextColumn {
  readonly title: string;
  /** Words left, figures right. */
  readonly align: 'left' | 'right';
  /** Draws a line before this column: what follows comes from elsewhere. */
  readonly apart?: boolean;
}

const GAP = '  ';

/** A table in plain text: titles, a rule, rows. No trailing blanks. @param rows cells in the order of `columns`. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[i] ?? ''))),
  );
  const line = (cells: readonly string[], gap: (apart: boolean) => string): string =>
    cells
      .map((cell, i) => {
        const column = columns[i] as TextColumn;
        const pad = column.align === 'left' ? padEnd : padStart;
        return (i === 0 ? '' : gap(column.apart === true)) + pad(cell, widths[i] as number);
      })
      .join('')
      .trimEnd();
  const gap = (apart: boolean): string => (apart ? `${GAP}│${GAP}` : GAP);
  const rule = widths.map((width) => '─'.repeat(width));
  return [
    line(
      columns.map((column) => column.title),
      gap,
    ),
    line(rule, (apart) => (apart ? '──┼──' : '──')),
    ...rows.map((row) => line(row, gap)),
  ];
}
