import type { Table } from '../table.ts';

/** The table as it is, with the sweep's name; absent values are absent keys. */
export function renderJson(table: Table, name: string): string {
  return `${JSON.stringify({ sweep: name, ...table }, null, 2)}\n`;
}
