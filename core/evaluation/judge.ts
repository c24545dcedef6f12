import { averagePrecision11 } from './average-precision.ts';
import { type ConfusionMatrix, confusionMatrix, recalls } from './confusion.ts';
import { rankOf } from './rank.ts';

/** What images show. */
export interface Truth {
  /** [images], each below `classes`. */
  readonly labels: ArrayLike<number>;
  /** For images of several classes: [images, classes], values as `Relevance`; `labels` is then not looked at. */
  readonly targets?: Int8Array | undefined;
}

/** Errors, recalls and precisions in percent. */
export interface Judgement {
  /** By k: of the images that show a class, those none of whose k highest votes is for one. Only where there are more classes than k. */
  readonly topErrors: Readonly<Record<TopK, number | undefined>>;
  readonly perClass: PerClass;
  /** Over the classes that have images. */
  readonly meanRecall: number | undefined;
  readonly meanAveragePrecision: number | undefined;
}

/** By class; null for a class without images. */
export interface PerClass {
  readonly averagePrecision: readonly (number | null)[];
  /** Where every image shows one class. */
  readonly recall?: readonly (number | null)[];
  /** Likewise, and where the classes are few enough to be read. */
  readonly confusion?: ConfusionMatrix;
}

export const TOP_KS = [1, 2, 3, 5] as const;
export type TopK = (typeof TOP_KS)[number];

const MAX_CONFUSION_CLASSES = 100;

/**
 * How well votes agree with the truth.
 * @param votes sums of posteriors or of scores, [images, classes], all numbers; of equal ones the lower class wins.
 * @param shown whether an image was judged at all; the others do not count.
 */
export function judge(
  votes: Float64Array,
  truth: Truth,
  classes: number,
  shown: (image: number) => boolean,
): Judgement {
  const images = Array.from({ length: votes.length / classes }, (_, image) => image).filter(shown);
  const rows = images.map((image) => votes.subarray(image * classes, (image + 1) * classes));
  const precisions = Array.from({ length: classes }, (_, label) => {
    const precision = averagePrecision11(
      rows.map((row) => row[label] as number),
      images.map((image) => relevanceOf(truth, classes, image, label)),
    );
    return precision === undefined ? null : 100 * precision;
  });
  const matrix = truth.targets === undefined ? matrixOf(rows, images, truth.labels, classes) : undefined;
  const recall = matrix && recalls(matrix).map((share) => (share === undefined ? null : 100 * share));
  return {
    topErrors: countTopErrors(votes, truth, classes, shown),
    perClass: {
      averagePrecision: precisions,
      ...(recall && { recall }),
      ...(matrix && classes <= MAX_CONFUSION_CLASSES && { confusion: matrix }),
    },
    meanRecall: recall && mean(recall),
    meanAveragePrecision: mean(precisions),
  };
}

/**
 * By k, the percentage of images none of whose k highest votes is for a class that they show; undefined where there are
 * no more classes than k. An image that shows none of the classes, or has difficult objects only, cannot be wrong, and does
 * not count. Arguments as of `judge`.
 */
export function countTopErrors(
  votes: Float64Array,
  truth: Truth,
  classes: number,
  shown: (image: number) => boolean,
): Judgement['topErrors'] {
  const images = Array.from({ length: votes.length / classes }, (_, image) => image).filter(shown);
  const ranks = images
    .map((image) =>
      bestRank(
        votes.subarray(image * classes, (image + 1) * classes),
        (label) => relevanceOf(truth, classes, image, label) === 1,
      ),
    )
    .filter(Number.isFinite);
  const topError = (k: number): number | undefined =>
    k < classes && ranks.length > 0 ? percent(ranks.filter((rank) => rank >= k).length, ranks.length) : undefined;
  return { 1: topError(1), 2: topError(2), 3: topError(3), 5: topError(5) };
}

function relevanceOf({ targets, labels }: Truth, classes: number, image: number, label: number): number {
  if (targets !== undefined) return targets[image * classes + label] as number;
  return labels[image] === label ? 1 : -1;
}

/** Place of the first class that the image shows, 0 for the highest vote; infinite when it shows none. */
function bestRank(row: Float64Array, shows: (label: number) => boolean): number {
  let best = Number.POSITIVE_INFINITY;
  for (let label = 0; label < row.length; label += 1) if (shows(label)) best = Math.min(best, rankOf(row, label));
  return best;
}

function matrixOf(
  rows: readonly Float64Array[],
  images: readonly number[],
  labels: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  const predictions = rows.map((row) => row.indexOf(row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)));
  return confusionMatrix(
    images.map((image) => labels[image] as number),
    predictions,
    classes,
  );
}

const percent = (part: number, whole: number): number => (100 * part) / whole;

function mean(values: readonly (number | null)[]): number | undefined {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
