import type { Table } from '../table.ts';
import { footnotes, toTextTable } from './text-cells.ts';

/** A LaTeX table in booktabs style: `\usepackage{booktabs}`. Published columns stand right of ours, in italics. */
export function renderLatex(table: Table, name: string): string {
  const { columns, rows } = toTextTable(table, ' \\pm ');
  const alignment = columns.map(({ numeric }) => (numeric ? 'r' : 'l')).join('');
  const cell = (text: string, i: number): string => {
    if (text === '') return '';
    // Only ours: a label is anybody's text.
    const shown = columns[i]?.numeric && text.includes('\\pm') ? `$${text}$` : escapeLatex(text);
    return columns[i]?.published ? `\\textit{${shown}}` : shown;
  };
  return [
    ...footnotes(table, name).map((note) => `% ${note.replace(/[\r\n]+/g, ' ')}`),
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(table.title)}${table.complete ? '' : ' (incomplete)'}}`,
    `  \\begin{tabular}{${alignment}}`,
    '    \\toprule',
    `    ${columns.map(({ title }) => escapeLatex(title)).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row.map(cell).join(' & ')} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

/** Characters of ours that a font of text does not have. */
const MATHEMATICS: Readonly<Record<string, string>> = { Δ: '$\\Delta$', '→': '$\\rightarrow$' };

function escapeLatex(text: string): string {
  return text
    .replace(/[\\~^]|[#$%&_{}]/g, (character) => SPECIAL[character] ?? `\\${character}`)
    .replace(/[Δ→]/g, (character) => MATHEMATICS[character] as string)
    .replace(/[\r\n]+/g, ' ');
}
