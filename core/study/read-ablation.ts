import type { RawLeaf, RawSpace } from './raw-space.ts';
import { type Complain, isMapping, type Mapping, readLevel, shown } from './read-axis.ts';
import type { StudyLevel } from './study.ts';
import type { Path } from './yaml-positions.ts';

export interface ReadAblation {
  readonly space: RawSpace;
  /** The label that each component has in the base row. */
  readonly base: Readonly<Record<string, string>>;
}

/**
 * Which rows an ablation has besides its base. The full row has every component, the bare row none.
 *
 * - **leave-one-out**: the full row, and the full row without each one of the components.
 * - **add-one-in**: the bare row, and the bare row with each one of the components.
 * - **pairwise**: the base with each one and each two of the components changed: what an interaction of two is computed from.
 * - **full-factorial**: every combination.
 */
export const ABLATION_DESIGNS = ['leave-one-out', 'add-one-in', 'pairwise', 'full-factorial'] as const;

type Design = (typeof ABLATION_DESIGNS)[number];

interface Component {
  readonly name: string;
  readonly with: StudyLevel;
  readonly without: StudyLevel;
  readonly path: Path;
}

/** 2^23 rows are the most below the largest grid; lists of rows grow with the square. */
const MAX_COMPONENTS = 23;
const KEYS = ['components', 'base', 'rows'];

/**
 * An ablation as a study spells it: each component is a factor of two levels, the row of the base comes first, and no row twice.
 *
 *     ablation:
 *       components: { dropout: { with: 0.5, without: 0 }, … }
 *       base: full | none | [components it has]               default: full
 *       rows: [leave-one-out, …]                              default: leave-one-out
 */
export function readAblation(
  value: unknown,
  path: Path,
  isFactorName: (name: string, path: Path) => boolean,
  complain: Complain,
): ReadAblation | undefined {
  if (!isMapping(value)) {
    complain(path, `Expected an ablation { components: …, base: …, rows: … }, got ${shown(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (!KEYS.includes(key)) complain([...path, key], `Expected one of ${KEYS.join(', ')}, got ${JSON.stringify(key)}`);
  const components = readComponents(value['components'], [...path, 'components'], isFactorName, complain);
  const designs = readDesigns(value['rows'] ?? ['leave-one-out'], [...path, 'rows'], complain);
  const base = components && readBase(value['base'] ?? 'full', components, [...path, 'base'], complain);
  if (!components || !designs || !base) return undefined;
  const ordered = components.map((component, i) => levelsOf(component, base[i] as boolean));
  const space: RawSpace = designs.includes('full-factorial')
    ? { kind: 'product', path, of: ordered.map((levels, i) => leafOf(components[i] as Component, levels, [0, 1])) }
    : zipOf(components, ordered, rowsOf(base, designs), path);
  return { space, base: Object.fromEntries(ordered.map(([first], i) => [components[i]?.name, first.label])) };
}

function readComponents(
  value: unknown,
  path: Path,
  isFactorName: (name: string, path: Path) => boolean,
  complain: Complain,
): readonly Component[] | undefined {
  if (!isMapping(value) || Object.keys(value).length === 0) {
    complain(path, `Expected components { name: { with: LEVEL, without: LEVEL }, … }, got ${shown(value)}`);
    return undefined;
  }
  const names = Object.keys(value);
  if (names.length > MAX_COMPONENTS)
    complain(path, `Expected at most ${MAX_COMPONENTS} components, got ${names.length}`);
  const components = names.flatMap(
    (name) => readComponent(name, value[name], [...path, name], isFactorName, complain) ?? [],
  );
  return components.length === names.length && names.length <= MAX_COMPONENTS ? components : undefined;
}

function readComponent(
  name: string,
  value: unknown,
  path: Path,
  isFactorName: (name: string, path: Path) => boolean,
  complain: Complain,
): Component | undefined {
  if (!isFactorName(name, path)) return undefined;
  const keys = isMapping(value) ? Object.keys(value).sort().join() : '';
  if (keys !== 'with,without') {
    complain(path, `Expected a component { with: LEVEL, without: LEVEL }, got ${shown(value)}`);
    return undefined;
  }
  const sides = value as Mapping;
  const present = readLevel(name, sides['with'], [...path, 'with'], complain);
  const removed = readLevel(name, sides['without'], [...path, 'without'], complain);
  if (!present || !removed) return undefined;
  if (present.label === removed.label) {
    complain([...path, 'without'], `Expected another level than with, got ${JSON.stringify(removed.label)} for both`);
    return undefined;
  }
  return { name, with: present, without: removed, path };
}

function readDesigns(value: unknown, path: Path, complain: Complain): readonly Design[] | undefined {
  const list = Array.isArray(value) && value.length > 0 ? value : [undefined];
  const bad = list.findIndex((design) => !(ABLATION_DESIGNS as readonly unknown[]).includes(design));
  if (bad < 0) return list as Design[];
  const at = Array.isArray(value) && value.length > 0 ? [...path, bad] : path;
  complain(at, `Expected a list of ${ABLATION_DESIGNS.join(', ')}, got ${shown(list[bad] ?? value)}`);
  return undefined;
}

/** @returns whether the base has each component. */
function readBase(
  value: unknown,
  components: readonly Component[],
  path: Path,
  complain: Complain,
): readonly boolean[] | undefined {
  if (value === 'full' || value === 'none') return components.map(() => value === 'full');
  if (!Array.isArray(value)) {
    complain(path, `Expected base to be full, none or a list of components, got ${shown(value)}`);
    return undefined;
  }
  const names = components.map(({ name }) => name);
  const bad = value.findIndex((name) => !names.includes(name));
  if (bad < 0) return names.map((name) => value.includes(name));
  complain([...path, bad], `Expected a component (${names.join(', ')}), got ${shown(value[bad])}`);
  return undefined;
}

/** The level of the base row first: its digit is 0 in every component. */
function levelsOf({ with: present, without }: Component, inBase: boolean): readonly [StudyLevel, StudyLevel] {
  return inBase ? [present, without] : [without, present];
}

/** Rows as whether each component is changed from the base; the base is the first, and none is there twice. */
function rowsOf(base: readonly boolean[], designs: readonly Design[]): readonly (readonly boolean[])[] {
  const all = base.map((_, i) => i);
  const changed = (toggled: readonly number[]): boolean[] => all.map((i) => toggled.includes(i));
  const toHave = (has: (i: number) => boolean): boolean[] => all.map((i) => base[i] !== has(i));
  const rows: boolean[][] = [changed([])];
  for (const design of designs) {
    if (design === 'leave-one-out')
      rows.push(
        toHave(() => true),
        ...all.map((out) => toHave((i) => i !== out)),
      );
    if (design === 'add-one-in')
      rows.push(
        toHave(() => false),
        ...all.map((added) => toHave((i) => i === added)),
      );
    if (design !== 'pairwise') continue;
    rows.push(...all.map((i) => changed([i])));
    for (const i of all) for (const j of all) if (i < j) rows.push(changed([i, j]));
  }
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(row.join()) && seen.add(row.join()));
}

function zipOf(
  components: readonly Component[],
  ordered: readonly (readonly [StudyLevel, StudyLevel])[],
  rows: readonly (readonly boolean[])[],
  path: Path,
): RawSpace {
  const leaves = components.map((component, i) =>
    leafOf(
      component,
      ordered[i] as readonly StudyLevel[],
      rows.map((row) => (row[i] ? 1 : 0)),
    ),
  );
  return { kind: 'zip', of: leaves, path };
}

function leafOf(
  { name, path, with: present }: Component,
  levels: readonly StudyLevel[],
  digits: readonly number[],
): RawLeaf {
  const places = levels.map((level) => [...path, level === present ? 'with' : 'without']);
  return {
    kind: 'factor',
    factor: name,
    path,
    levels: digits.map((digit) => levels[digit] as StudyLevel),
    placeOf: (position) => places[digits[position] as number] as Path,
  };
}
