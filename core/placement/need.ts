import { commonWords } from '../command/template.ts';
import type { Grid } from '../grid/grid.ts';
import type { Study } from '../study/study.ts';
import { type MemoryClass, memoryClassOf, UNKNOWN } from './memory-class.ts';
import type { Requirements } from './requirements.ts';

/** What the trials of one configuration need of the place where they run. */
export interface Need extends Omit<Requirements, 'memoryBytes'> {
  /** By the study's word, else by estimate. */
  readonly memoryBytes: number;
  readonly memoryIs: 'required' | 'estimated';
  /** The words with which the command of all its trials begins; absent: the built-in training. */
  readonly command?: readonly string[];
  readonly memoryClass: string;
  /** It ran out of memory with this much: it needs more, wherever there is a place that has more. */
  readonly moreThanBytes?: number;
}

/** What was learned from trials that ran out of memory: by class, the bytes that did not suffice. */
export type LearnedMemory = ReadonlyMap<string, number>;

/** Configurations whose class is remembered for each grid. */
const CAPACITY = 100_000;
/** Grids are immutable, so what is remembered of one stays true. */
const classes = new WeakMap<Grid, Map<number, MemoryClass>>();

/** @param gridIndex a configuration of `grid`, which is the study's. */
export function needOf(
  { grid, study }: { readonly grid: Grid; readonly study: Study },
  gridIndex: number,
  learned: LearnedMemory,
): Need {
  const known = classes.get(grid) ?? new Map<number, MemoryClass>();
  if (!classes.has(grid) || known.size >= CAPACITY) {
    known.clear();
    classes.set(grid, known);
  }
  const found = known.get(gridIndex) ?? (study.command ? UNKNOWN : memoryClassOf(grid, gridIndex));
  known.set(gridIndex, found);
  const { memoryBytes, ...rest } = study.requires ?? {};
  const moreThanBytes = found.key === '' ? undefined : learned.get(found.key);
  return {
    ...rest,
    ...(study.command ? { command: commonWords(study.command.run) } : {}),
    memoryBytes: memoryBytes ?? found.estimateBytes,
    memoryIs: memoryBytes === undefined ? 'estimated' : 'required',
    memoryClass: found.key,
    ...(moreThanBytes === undefined ? {} : { moreThanBytes }),
  };
}
