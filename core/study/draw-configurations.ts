import { type Expression, evaluate, isTrue } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import { quantile } from '../search/distribution.ts';
import type { PointSequence } from '../search/points.ts';
import { partAt } from '../space/locator.ts';
import { rangeLevel, valueLevel } from './levels.ts';
import { NO_LEVEL, type RawLeaf, type RawSpace, rawLeaves } from './raw-space.ts';
import type { StudyLevel } from './study.ts';
import type { Path } from './yaml-positions.ts';

/** A level that was drawn, and where it or its distribution is written. */
interface Drawn {
  readonly level: StudyLevel;
  readonly path: Path;
}

/** Draws for each wanted configuration before the space is taken to have no more of them. */
const DRAWS_EACH = 100;

/** Coordinates that a point needs: one for each leaf, zip and union. */
export function dimensionsOf(space: RawSpace): number {
  if (space.kind === 'factor' || space.kind === 'zip') return 1;
  const own = space.of.reduce((total, part) => total + dimensionsOf(part), 0);
  return space.kind === 'union' ? own + 1 : own;
}

/**
 * Different configurations of a space, one for each point in turn: a coordinate chooses a level of its leaf, a row of its zip or a
 * part of its union, and is the share of a distribution. Points whose configuration was drawn before, or which `where` excludes,
 * are passed over.
 * @param known keys of configurations that are there already.
 * @returns the configurations as one zip; fewer than `samples` when the space seems to have no more.
 */
export function drawConfigurations(
  space: RawSpace,
  samples: number,
  point: PointSequence,
  where: string | undefined,
  known: ReadonlySet<string> = new Set(),
): { readonly space: RawSpace; readonly found: number } {
  const constraint = where === undefined ? undefined : expressionOf(where);
  const rows: Map<string, Drawn>[] = [];
  const seen = new Set(known);
  for (let index = 0; rows.length < samples && index < samples * DRAWS_EACH; index++) {
    const row = new Map<string, Drawn>();
    draw(space, point(index)[Symbol.iterator](), row);
    const key = configurationKey([...row].map(([factor, { level }]) => [factor, level.label] as const));
    if (seen.has(key)) continue;
    seen.add(key);
    if (constraint === undefined || holds(constraint, row)) rows.push(row);
  }
  const factors = [...new Set(rawLeaves(space).map(({ factor }) => factor))];
  const leaves = factors.map((factor): RawLeaf => {
    const path = rawLeaves(space).find((leaf) => leaf.factor === factor)?.path ?? [];
    const drawn = rows.map((row) => row.get(factor));
    return {
      kind: 'factor',
      factor,
      path,
      levels: drawn.map((one) => one?.level ?? NO_LEVEL),
      placeOf: (position) => drawn[position]?.path ?? path,
    };
  });
  return { space: { kind: 'zip', of: leaves, path: [] }, found: rows.length };
}

/** Whether the configuration at a point has each factor, in the order of the leaves. */
export function presentAt(space: RawSpace, point: readonly number[]): readonly boolean[] {
  const row = new Map<string, Drawn>();
  draw(space, point[Symbol.iterator](), row);
  return rawLeaves(space).map(({ factor }) => row.has(factor));
}

/** A configuration as text: labels by factor, in the order of the space. */
export function configurationKey(labels: readonly (readonly [factor: string, label: string])[]): string {
  return JSON.stringify(labels);
}

function draw(space: RawSpace, coordinates: Iterator<number>, row: Map<string, Drawn>): void {
  switch (space.kind) {
    case 'factor': {
      const u = next(coordinates);
      if (space.when !== undefined && !holds(expressionOf(space.when), row)) return;
      row.set(space.factor, levelOf(space, u));
      return;
    }
    case 'product':
      for (const part of space.of) draw(part, coordinates, row);
      return;
    case 'zip': {
      const u = next(coordinates);
      for (const part of space.of) drawAt(part, u, row);
      return;
    }
    case 'union': {
      const chosen = Math.floor(next(coordinates) * space.of.length);
      for (const [i, part] of space.of.entries()) {
        // Every part has its coordinates, so that a point means the same whichever part it chooses.
        if (i === chosen) draw(part, coordinates, row);
        else for (let k = dimensionsOf(part); k > 0; k--) next(coordinates);
      }
    }
  }
}

/** The configuration at a share of a part of a zip. */
function drawAt(space: RawSpace, u: number, row: Map<string, Drawn>): void {
  if (space.kind === 'factor') row.set(space.factor, levelOf(space, u));
  else if (space.kind === 'zip') for (const part of space.of) drawAt(part, u, row);
  else if (space.kind === 'union') {
    const sizes = space.of.map(discreteSize);
    const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
    const total = sizes.reduce((a, b) => a + b, 0);
    const index = Math.floor(u * total);
    const chosen = partAt(starts, index);
    drawAt(space.of[chosen] as RawSpace, (index - (starts[chosen] as number) + 0.5) / (sizes[chosen] as number), row);
  } else {
    let rest = Math.floor(u * space.of.reduce((size, part) => size * discreteSize(part), 1));
    for (const part of [...space.of].reverse()) {
      const size = discreteSize(part);
      drawAt(part, ((rest % size) + 0.5) / size, row);
      rest = Math.floor(rest / size);
    }
  }
}

function discreteSize(space: RawSpace): number {
  if (space.kind === 'factor')
    return 'low' in space.levels ? 1 : 'count' in space.levels ? space.levels.count : space.levels.length;
  if (space.kind === 'zip') return discreteSize(space.of[0] as RawSpace);
  return space.of.reduce(
    (size, part) => (space.kind === 'union' ? size + discreteSize(part) : size * discreteSize(part)),
    space.kind === 'union' ? 0 : 1,
  );
}

function levelOf({ factor, levels, path, placeOf }: RawLeaf, u: number): Drawn {
  if ('low' in levels) {
    return { level: valueLevel(factor, quantile(levels, u)), path };
  }
  const count = 'count' in levels ? levels.count : levels.length;
  const position = Math.min(count - 1, Math.floor(u * count));
  const level = 'count' in levels ? rangeLevel(factor, levels, position) : (levels[position] as StudyLevel);
  return { level, path: placeOf(position) };
}

function next(coordinates: Iterator<number>): number {
  return coordinates.next().value as number;
}

/** @returns undefined for a constraint that cannot be parsed: it is complained of elsewhere, and keeps everything here. */
function expressionOf(source: string): Expression | undefined {
  const parsed = parseConstraint(source);
  return parsed.ok ? parsed.expression : undefined;
}

function holds(expression: Expression | undefined, row: ReadonlyMap<string, Drawn>): boolean {
  return expression === undefined || isTrue(evaluate(expression, (factor) => row.get(factor)?.level.label ?? null));
}
