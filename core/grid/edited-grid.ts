import type { Locator } from '../space/locator.ts';
import { partAt } from '../space/locator.ts';
import type { Study, StudyFactor } from '../study/study.ts';
import { createGrid, type Grid, spaceOf } from './grid.ts';

/** The grid of a study as it was submitted or edited to; all editions of a sweep speak of the same factors. */
export type Edition = Pick<Study, 'parameters' | 'seeds' | 'space' | 'where' | 'shuffleSeed'>;

export function editionOf(study: Study): Edition {
  const { parameters, seeds, where, shuffleSeed } = study;
  return {
    ...{ parameters, seeds, space: spaceOf(study) },
    ...(where === undefined ? {} : { where }),
    ...(shuffleSeed === undefined ? {} : { shuffleSeed }),
  };
}

export interface EditedGrid extends Grid {
  /** The first grid index of the last edition. */
  readonly newestFrom: number;
}

/** A rectangle of configurations × seeds whose cells were numbered together, seed by seed. */
interface Block {
  readonly cellFrom: number;
  readonly gridFrom: number;
  readonly rows: number;
  readonly seedFrom: number;
  readonly seeds: number;
}

/**
 * The grid of a sweep that was edited. Every edition keeps the grid indices and cells that it brought: an index of a later edition comes
 * after those of the earlier ones and is allowed only when none of them has its configuration; seeds that came later have cells of
 * their own, after all others. What the last edition does not have is there still, for its results, but not wanted any more.
 * @param factors of all editions together.
 */
export function createEditedGrid(factors: readonly StudyFactor[], editions: readonly Edition[]): EditedGrid {
  const parts = editions.map((edition) => createGrid({ ...bare(factors), ...edition }));
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  const seeds = [...new Set(editions.flatMap((edition) => edition.seeds))];
  const blocks = numbered(editions, parts);
  const last = blocks.at(-1) as Block;
  const cellBound = last.cellFrom + last.rows * last.seeds;
  const newest = parts.at(-1) as Grid;
  const newestSeeds = new Set(newest.seeds);

  const at = (gridIndex: number) => {
    const number = partAt(starts, gridIndex);
    return { number, part: parts[number] as Grid, index: gridIndex - (starts[number] as number) };
  };
  const has = (part: Grid, digits: readonly number[]): boolean => {
    const found = part.indexOf(digits);
    return found !== undefined && part.allows(found);
  };
  /** Remembered, for a check looks into every earlier edition. 0: not known yet. */
  const allowed = new Uint8Array(size);
  function allows(gridIndex: number): boolean {
    if (!(gridIndex >= 0 && gridIndex < size)) return false;
    if (allowed[gridIndex] === 0) {
      const { number, part, index } = at(gridIndex);
      const isNew = (): boolean => {
        const digits = part.digits(index);
        return !parts.slice(0, number).some((earlier) => has(earlier, digits));
      };
      allowed[gridIndex] = part.allows(index) && (number === 0 || isNew()) ? 1 : 2;
    }
    return allowed[gridIndex] === 1;
  }
  const inNewest = new Uint8Array(size);
  function wantsConfiguration(gridIndex: number): boolean {
    if (inNewest[gridIndex] === 0) {
      const { number, part, index } = at(gridIndex);
      inNewest[gridIndex] = number === parts.length - 1 || has(newest, part.digits(index)) ? 1 : 2;
    }
    return inNewest[gridIndex] === 1;
  }

  const blockOf = (cell: number): Block => blocks[partAt(cellStarts, cell)] as Block;
  const cellStarts = blocks.map(({ cellFrom }) => cellFrom);
  const gridIndexAt = (cell: number): number => {
    const { cellFrom, gridFrom, rows } = blockOf(cell);
    return gridFrom + ((cell - cellFrom) % rows);
  };
  const seedIndexAt = (cell: number): number => {
    const { cellFrom, seedFrom, rows } = blockOf(cell);
    return seedFrom + Math.floor((cell - cellFrom) / rows);
  };
  // Seed by seed over all blocks, so that what was added catches up first.
  const runs = seeds.flatMap((_, seed) =>
    blocks
      .filter(({ seedFrom, seeds: count }) => seed >= seedFrom && seed < seedFrom + count)
      .map((block) => ({ block, seed })),
  );
  const runStarts: number[] = [];
  runs.reduce((start, { block }) => {
    runStarts.push(start);
    return start + block.rows;
  }, 0);

  return {
    newestFrom: starts.at(-1) as number,
    size,
    seeds,
    cellBound,
    cellAt(position) {
      const run = partAt(runStarts, position);
      const { block, seed } = runs[run] as (typeof runs)[number];
      const row = shuffled(parts, starts, block.gridFrom + position - (runStarts[run] as number));
      return block.cellFrom + (seed - block.seedFrom) * block.rows + row - block.gridFrom;
    },
    gridIndexAt,
    seedIndexAt,
    cellOf(gridIndex, seedIndex) {
      const block = blocks.find(
        ({ gridFrom, rows, seedFrom, seeds: count }) =>
          gridIndex >= gridFrom && gridIndex < gridFrom + rows && seedIndex >= seedFrom && seedIndex < seedFrom + count,
      ) as Block;
      return block.cellFrom + (seedIndex - block.seedFrom) * block.rows + gridIndex - block.gridFrom;
    },
    allows,
    wants: (cell) => newestSeeds.has(seeds[seedIndexAt(cell)] as number) && wantsConfiguration(gridIndexAt(cell)),
    countConfigurations() {
      let count = 0;
      for (let i = 0; i < size; i++) if (allows(i)) count++;
      return count;
    },
    digits: (gridIndex) => at(gridIndex).part.digits(at(gridIndex).index),
    indexOf(digits) {
      for (const [number, part] of parts.entries()) {
        const index = part.indexOf(digits);
        if (index !== undefined && part.allows(index)) return (starts[number] as number) + index;
      }
      return undefined;
    },
    labels: (gridIndex) => at(gridIndex).part.labels(at(gridIndex).index),
    title: (gridIndex) => at(gridIndex).part.title(at(gridIndex).index),
    parameters: (gridIndex) => at(gridIndex).part.parameters(at(gridIndex).index),
    locator: (factor): Locator => ({ at: 'part', starts, parts: parts.map((part) => part.locator(factor)) }),
    leafAt: (gridIndex, factor) => at(gridIndex).part.leafAt(at(gridIndex).index, factor),
    *representatives() {
      for (const [number, part] of parts.entries())
        for (const index of part.representatives()) yield (starts[number] as number) + index;
    },
  };
}

/** Each part keeps its own order of rows. */
function shuffled(parts: readonly Grid[], starts: readonly number[], gridIndex: number): number {
  const number = partAt(starts, gridIndex);
  const start = starts[number] as number;
  return start + (parts[number] as Grid).cellAt(gridIndex - start);
}

function numbered(editions: readonly Edition[], parts: readonly Grid[]): readonly Block[] {
  const blocks: Block[] = [];
  const seeds = new Set<number>();
  let [cells, rows] = [0, 0];
  const add = (block: Omit<Block, 'cellFrom'>): void => {
    if (block.rows === 0 || block.seeds === 0) return;
    blocks.push({ cellFrom: cells, ...block });
    cells += block.rows * block.seeds;
  };
  editions.forEach((edition, i) => {
    const before = seeds.size;
    for (const seed of edition.seeds) seeds.add(seed);
    const { size } = parts[i] as Grid;
    // Old rows with new seeds, then new rows with every seed so far.
    add({ gridFrom: 0, rows, seedFrom: before, seeds: seeds.size - before });
    add({ gridFrom: rows, rows: size, seedFrom: 0, seeds: seeds.size });
    rows += size;
  });
  return blocks;
}

/** What a grid does not read of a study. */
const bare = (factors: readonly StudyFactor[]): Study => ({
  name: '',
  title: '',
  seeds: [],
  parameters: {},
  factors,
  maxAttempts: 1,
  table: { metrics: [], show: [] },
});
