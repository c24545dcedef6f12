import type { Table } from '../table.ts';
import { footnotes, toTextTable } from './text-cells.ts';

/** A GitHub-flavoured Markdown table. @param name resource name of the sweep. */
export function renderMarkdown(table: Table, name: string): string {
  const { columns, rows } = toTextTable(table, ' ± ');
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `**${escapeMarkdown(table.title)}**`,
    '',
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ numeric }) => (numeric ? '---:' : ':---'))),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
    '',
    ...footnotes(table, name).map((note) => `${escapeMarkdown(note)}  `),
    '',
  ].join('\n');
}

/** Pipes would end a cell; angle brackets and the rest would be markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>|]/g, '\\$&');
}
