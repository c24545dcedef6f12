/**
 * An enumeration of study spaces that shares nothing with core/space: nested loops over plain maps, everything written down.
 * Conditions and constraints are JavaScript functions here, and text only in the study.
 */
export interface Naive {
  /** What the study says. */
  readonly yaml: unknown;
  /** Every configuration in order, label by factor, conditions not yet applied. */
  readonly rows: readonly ReadonlyMap<string, string>[];
}

type Row = ReadonlyMap<string, string>;

export const axis = (factor: string, values: readonly (string | number)[]): Naive => ({
  yaml: { [factor]: values },
  rows: values.map((value) => new Map([[factor, String(value)]])),
});

export const range = (factor: string, from: number, step: number, count: number): Naive => ({
  yaml: { [factor]: { from, to: from + step * (count - 1), step } },
  rows: Array.from({ length: count }, (_, i) => new Map([[factor, String(from + step * i)]])),
});

export function product(parts: readonly Naive[]): Naive {
  let rows: Row[] = [new Map()];
  for (const part of parts) rows = rows.flatMap((left) => part.rows.map((right) => new Map([...left, ...right])));
  return { yaml: { product: parts.map((part) => part.yaml) }, rows };
}

export function zip(parts: readonly Naive[]): Naive {
  const length = parts[0]?.rows.length ?? 0;
  const rows = Array.from({ length }, (_, i) => new Map(parts.flatMap((part) => [...(part.rows[i] ?? [])])));
  return { yaml: { zip: parts.map((part) => part.yaml) }, rows };
}

export const union = (parts: readonly Naive[]): Naive => ({
  yaml: { union: parts.map((part) => part.yaml) },
  rows: parts.flatMap((part) => part.rows),
});

export const cells = (rows: readonly Readonly<Record<string, string | number>>[]): Naive => ({
  yaml: { cells: rows },
  rows: rows.map((row) => new Map(Object.entries(row).map(([factor, value]) => [factor, String(value)]))),
});

/** Keeps the first of equal rows. */
export function distinct(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    return !seen.has(key) && seen.add(key);
  });
}

export const keyOf = (row: Row): string => JSON.stringify([...row].sort(([a], [b]) => (a < b ? -1 : 1)));
