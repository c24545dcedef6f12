import type { Table } from '../table.ts';
import { renderCsv } from './csv.ts';
import { renderJson } from './json.ts';
import { renderLatex } from './latex.ts';
import { renderMarkdown } from './markdown.ts';

export interface Renderer {
  readonly render: (table: Table, name: string) => string;
  readonly mediaType: string;
  readonly extension: string;
}

/** Text formats of a table. Parquet is not one: it holds committed rows, not aggregates. */
export const RENDERERS = {
  markdown: { render: renderMarkdown, mediaType: 'text/markdown; charset=utf-8', extension: 'md' },
  csv: { render: renderCsv, mediaType: 'text/csv; charset=utf-8', extension: 'csv' },
  latex: { render: renderLatex, mediaType: 'application/x-latex; charset=utf-8', extension: 'tex' },
  json: { render: renderJson, mediaType: 'application/json', extension: 'json' },
} as const satisfies Record<string, Renderer>;
