import { DATASETS, type DatasetName } from './datasets.ts';

/** Classes a trial tells apart: how many, or which, by number (from 0) or name, in the order of their new numbers. */
export type ClassSelection = number | readonly (number | string)[];

export interface ClassQuestion {
  readonly dataset: DatasetName;
  /** Default: all that the dataset has. */
  readonly classes?: ClassSelection | undefined;
}

/** Outputs of a trial's network; 0 for a dataset without a number of its own when the study gives none, which no study may. */
export function countClasses({ dataset, classes }: ClassQuestion): number {
  if (typeof classes === 'number') return classes;
  return classes?.length ?? DATASETS[dataset].classes ?? 0;
}

/** What a network must fit: channels of an image, and an output for each class. */
export function networkEnds(question: ClassQuestion): { readonly channels: number; readonly classes: number } {
  return { channels: DATASETS[question.dataset].channels, classes: countClasses(question) };
}

/**
 * The numbers that a trial's classes have in the dataset, in the order of their numbers in the trial.
 * @param names of the dataset's classes, or how many there are when they have none.
 * @returns a class that does not exist as `unknown`.
 */
export function chooseClasses(
  classes: ClassSelection | undefined,
  names: readonly string[] | number,
): { readonly chosen: readonly number[] } | { readonly unknown: number | string } {
  const count = typeof names === 'number' ? names : names.length;
  if (classes === undefined) return { chosen: Array.from({ length: count }, (_, index) => index) };
  if (typeof classes === 'number') {
    if (classes > count) return { unknown: count };
    return { chosen: Array.from({ length: classes }, (_, index) => index) };
  }
  const chosen: number[] = [];
  for (const named of classes) {
    const index = typeof named === 'number' ? named : typeof names === 'number' ? -1 : names.indexOf(named);
    if (index < 0 || index >= count) return { unknown: named };
    chosen.push(index);
  }
  return { chosen };
}
