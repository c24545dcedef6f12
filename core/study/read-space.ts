import type { RawLeaf, RawSpace } from './raw-space.ts';
import { rawFactors, rawLeaves, rawSize } from './raw-space.ts';
import { type ReadAblation, readAblation } from './read-ablation.ts';
import { type Complain, isMapping, type Mapping, readAxis, readLevel, shown } from './read-axis.ts';
import type { StudyLevel } from './study.ts';
import type { Path } from './yaml-positions.ts';

/** Keys that say how parts are combined; no factor may have such a name. */
const COMBINATORS = ['product', 'zip', 'union', 'cells', 'ablation'] as const;
const FACTOR_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;
const NODE = `factors with their levels, or one of ${COMBINATORS.join(', ')}`;

/** What is read on the way: complaints, and the ablations, of which a study may have one. */
interface Reading {
  readonly complain: Complain;
  readonly ablations: ReadAblation[];
}

/**
 * The grid as a study spells it: the product of the axes in `factors` and of `space`.
 *
 *     space = axes | { product: parts } | { zip: parts } | { union: [ space … ] } | { cells: [ { factor: level … } … ] }
 *           | { ablation: see read-ablation.ts }
 *     parts = [ space … ] | axes
 *     axes  = { factor: axis … }                    every combination of them
 *
 * @returns undefined when nothing could be read; every problem was complained of.
 */
export function readSpace(
  { factors, ablation, space }: { readonly factors: Mapping; readonly ablation: unknown; readonly space: unknown },
  complain: Complain,
): { readonly space: RawSpace; readonly base?: ReadAblation['base'] } | undefined {
  const reading: Reading = { complain, ablations: [] };
  const parts: (RawSpace | undefined)[] = [];
  if (Object.keys(factors).length > 0) parts.push(readAxes(factors, ['factors'], 'product', complain));
  if (ablation !== undefined) parts.push(readOneAblation(ablation, ['ablation'], reading));
  if (space !== undefined) parts.push(readNode(space, ['space'], reading));
  const whole = combine('product', parts, [], complain);
  const base = reading.ablations[0]?.base;
  return whole && { space: whole, ...(base === undefined ? {} : { base }) };
}

function readNode(value: unknown, path: Path, reading: Reading): RawSpace | undefined {
  const { complain } = reading;
  if (!isMapping(value) || Object.keys(value).length === 0) {
    complain(path, `Expected ${NODE}, got ${shown(value)}`);
    return undefined;
  }
  const combinator = COMBINATORS.find((key) => key in value);
  if (combinator === undefined) return readAxes(value, path, 'product', complain);
  const others = Object.keys(value).filter((key) => key !== combinator);
  for (const key of others)
    complain(
      [...path, key],
      `Expected ${combinator} to be alone in its mapping, got ${JSON.stringify(key)} beside it. Put both into a product`,
    );
  if (others.length > 0) return undefined;
  const inner = value[combinator];
  const at = [...path, combinator];
  if (combinator === 'cells') return readCells(inner, at, complain);
  if (combinator === 'ablation') return readOneAblation(inner, at, reading);
  if (combinator !== 'union' && isMapping(inner)) return readAxes(inner, at, combinator, complain);
  if (!Array.isArray(inner) || inner.length === 0) {
    complain(at, `Expected a list of parts, each ${NODE}, got ${shown(inner)}`);
    return undefined;
  }
  const parts = inner.map((part, i) => readNode(part, [...at, i], reading));
  return combine(combinator, parts, at, complain);
}

function readOneAblation(value: unknown, path: Path, { complain, ablations }: Reading): RawSpace | undefined {
  if (ablations.length > 0) complain(path, 'Expected one ablation in a study, got another');
  const read = readAblation(value, path, (name, at) => isFactorName(name, at, complain), complain);
  if (read) ablations.push(read);
  return read?.space;
}

function readAxes(axes: Mapping, path: Path, kind: 'product' | 'zip', complain: Complain): RawSpace | undefined {
  const leaves = Object.entries(axes).map(([factor, value]): RawLeaf | undefined => {
    const at = [...path, factor];
    if (!isFactorName(factor, at, complain)) return undefined;
    const axis = readAxis(factor, value, at, complain);
    return axis && { kind: 'factor', factor, path: at, ...axis };
  });
  if (leaves.length === 1) return leaves[0];
  return combine(kind, leaves, path, complain);
}

function isFactorName(name: string, path: Path, complain: Complain): boolean {
  const reserved = (COMBINATORS as readonly string[]).includes(name);
  if (FACTOR_NAME.test(name) && !reserved) return true;
  const wanted = reserved
    ? `another name than ${COMBINATORS.join(', ')}`
    : 'a name of 1 to 48 letters, digits, "_" or "-", beginning with a letter';
  complain(path, `Expected a factor to have ${wanted}, got ${JSON.stringify(name)}`);
  return false;
}

/** In a product each level is one digit, so two with one label could not be told apart; a zip repeats them on purpose. */
function complainOfRepeats(leaf: RawLeaf, complain: Complain): void {
  if ('count' in leaf.levels || 'low' in leaf.levels) return;
  const seen = new Set<string>();
  for (const [i, { label }] of leaf.levels.entries()) {
    if (seen.has(label)) complain(leaf.placeOf(i), `Expected labels to differ, got ${JSON.stringify(label)} twice`);
    seen.add(label);
  }
}

/** Parts that belong together; complains where they do not. */
function combine(
  kind: 'product' | 'zip' | 'union',
  read: readonly (RawSpace | undefined)[],
  path: Path,
  complain: Complain,
): RawSpace | undefined {
  const parts = read.filter((part) => part !== undefined);
  if (parts.length < read.length) return undefined;
  if (kind !== 'union') {
    const seen = new Set<string>();
    for (const part of parts) {
      for (const [factor, at] of rawFactors(part)) {
        if (seen.has(factor))
          complain(at, `Expected each factor once in a ${kind}, got ${JSON.stringify(factor)} again`);
      }
      for (const [factor] of rawFactors(part)) seen.add(factor);
    }
  }
  if (kind === 'zip') complainOfZip(parts, path, complain);
  else for (const part of parts) if (part.kind === 'factor') complainOfRepeats(part, complain);
  return { kind, of: parts, path };
}

function complainOfZip(parts: readonly RawSpace[], path: Path, complain: Complain): void {
  const sizes = parts.map(rawSize);
  if (new Set(sizes).size > 1)
    return complain(path, `Expected the parts of a zip to be equally long, got ${sizes.join(', ')}`);
  for (const { levels, factor, path: at } of parts.flatMap(rawLeaves))
    if ('low' in levels) complain(at, `Expected levels inside a zip, got a distribution for ${factor}`);
  const leaves = parts.filter((part) => part.kind === 'factor');
  for (const { factor, when, path: at } of leaves)
    if (when !== undefined) complain([...at, 'when'], `Expected no condition inside a zip, got one for ${factor}`);
  if (leaves.length < parts.length || leaves.some(({ levels }) => 'count' in levels || 'low' in levels)) return;
  complainOfEqualRows(leaves as readonly ListedLeaf[], complain);
}

type ListedLeaf = RawLeaf & { readonly levels: readonly StudyLevel[] };

function complainOfEqualRows(leaves: readonly ListedLeaf[], complain: Complain): void {
  const seen = new Set<string>();
  for (const [i] of (leaves[0]?.levels ?? []).entries()) {
    const row = JSON.stringify(leaves.map(({ levels }) => levels[i]?.label));
    if (seen.has(row)) {
      const text = leaves.map(({ factor, levels }) => `${factor}=${levels[i]?.label}`).join(' ');
      complain((leaves[0] as RawLeaf).placeOf(i), `Expected each cell once, got ${text} again`);
    }
    seen.add(row);
  }
}

/** Rows with the same factors become one zip, so that a list of any length is a few columns. */
function readCells(rows: unknown, path: Path, complain: Complain): RawSpace | undefined {
  if (!Array.isArray(rows) || rows.length === 0) {
    complain(path, `Expected a list of cells, each { factor: level, … }, got ${shown(rows)}`);
    return undefined;
  }
  const runs: { readonly factors: readonly string[]; readonly rows: { level: StudyLevel; path: Path }[][] }[] = [];
  let broken = false;
  for (const [i, row] of rows.entries()) {
    const at = [...path, i];
    if (!isMapping(row) || Object.keys(row).length === 0) {
      complain(at, `Expected a cell { factor: level, … }, got ${shown(row)}`);
      broken = true;
      continue;
    }
    const factors = Object.keys(row);
    const levels = factors.flatMap((factor) => {
      const place = [...at, factor];
      const level = isFactorName(factor, place, complain) ? readLevel(factor, row[factor], place, complain) : undefined;
      return level ? [{ level, path: place }] : [];
    });
    if (levels.length < factors.length) {
      broken = true;
      continue;
    }
    const last = runs.at(-1);
    const sorted = [...factors].sort();
    if (last && sameNames(last.factors, sorted)) last.rows.push(inOrder(sorted, factors, levels));
    else runs.push({ factors: sorted, rows: [inOrder(sorted, factors, levels)] });
  }
  if (broken) return undefined;
  const parts = runs.map((run) => {
    const leaves = run.factors.map((factor, column): RawLeaf => {
      const cells = run.rows.map((row) => row[column] as (typeof row)[number]);
      return {
        kind: 'factor',
        factor,
        path: cells[0]?.path ?? path,
        levels: cells.map(({ level }) => level),
        placeOf: (position) => cells[position]?.path ?? path,
      };
    });
    return combine('zip', leaves, path, complain);
  });
  return parts.length === 1 ? parts[0] : combine('union', parts, path, complain);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

function inOrder<T>(wanted: readonly string[], given: readonly string[], items: readonly T[]): T[] {
  return wanted.map((name) => items[given.indexOf(name)] as T);
}
