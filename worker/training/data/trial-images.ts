import { type ClassSelection, chooseClasses } from '../../../core/catalogue/classes.ts';
import type { DatasetFacts } from '../../../core/catalogue/datasets.ts';
import { type FieldViolation, TickworkError } from '../../../core/errors.ts';
import { shuffle } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import type { Dataset, ImageSet } from './dataset.ts';
import type { DatasetRequest } from './locate-dataset.ts';

/** Some images of a set, by the classes of a trial. */
export interface ImageView {
  readonly images: ImageSet;
  /** Of each image in `images`, [length]; in shared memory. */
  readonly places: Uint32Array;
  /** [length], numbered as the trial numbers its classes; of several classes the lowest that is present. */
  readonly labels: Uint16Array;
  /** For images of several classes: [length, classes], as in `ImageSet.targets`. */
  readonly targets?: Int8Array;
}

/** What one trial trains on and is judged by. */
export interface TrialImages {
  readonly facts: DatasetFacts;
  readonly classes: number;
  readonly train: ImageView;
  /** Held out of the training set; empty when the trial asks for none. */
  readonly validation: ImageView;
  readonly test: ImageView;
}

/** What a trial's parameters say about its images. */
export interface ImageSelection extends DatasetRequest {
  readonly classes?: ClassSelection | undefined;
  readonly trainImages: number;
  readonly imagesPerClass?: number | undefined;
  readonly validationImages: number;
  readonly testImages: number;
}

/**
 * Draws the images of a trial from its seed alone, so that all configurations of a seed are compared on the same ones.
 *
 * - test: the first so many of the test set, the same for every seed; of a dataset without one, drawn by the seed;
 * - validation: drawn from what is left of the training set;
 * - train: uniform without replacement from what is left then, or as many of each class; a smaller selection is the start of
 *   a larger one.
 * @throws TickworkError STUDY_INVALID for a class that the dataset lacks, more images than it has, or images of several classes
 * none of which shows one.
 */
export function selectImages(selection: ImageSelection, seed: number, dataset: Dataset): TrialImages {
  const chosen = classesOf(selection, dataset);
  const { validationImages, testImages, trainImages } = selection;
  const all = selection.classes === undefined;
  const trainPool = placesOf(dataset.train, chosen, all);
  const testPool = dataset.test === undefined ? undefined : placesOf(dataset.test, chosen, all);
  requireEnough(selection, dataset.facts.title, trainPool.length, testPool?.length);

  const draw = (what: string, count: number, pool: Uint32Array): readonly [Uint32Array, Uint32Array] => {
    if (count === 0) return [pool.slice(0, 0), pool];
    const mixed = pool.slice();
    shuffle(createStream(seed, what, selection.dataset), mixed, count);
    return [mixed.slice(0, count), mixed.subarray(count).toSorted()];
  };
  const [testPlaces, rest] =
    testPool === undefined ? draw('test', testImages, trainPool) : [testPool.slice(0, testImages), trainPool];
  const [validationPlaces, left] = draw('validation', validationImages, rest);
  const trainPlaces =
    selection.imagesPerClass === undefined
      ? draw('subset', trainImages, left)[0]
      : drawOfEachClass(selection.imagesPerClass, chosen.length, dataset.train, draw('subset', left.length, left)[0]);
  const view = (images: ImageSet, places: Uint32Array): ImageView => viewOf(images, places, chosen);
  const selected = {
    train: view(dataset.train, trainPlaces),
    validation: view(dataset.train, validationPlaces),
    test: view(dataset.test ?? dataset.train, testPlaces),
  };
  requireClasses(selected);
  return { facts: dataset.facts, classes: chosen.length, ...selected };
}

/** Images of several classes may show none of the trial's: one at least must, or there is nothing to be right about. */
function requireClasses(views: Pick<TrialImages, 'train' | 'validation' | 'test'>): void {
  const empty = Object.entries(views).filter(
    ([, { places, targets }]) => places.length > 0 && targets !== undefined && !targets.includes(1),
  );
  if (empty.length === 0) return;
  throw invalid(
    empty.map(([name, { places }]) => {
      const field = `${name}Images`;
      return { field, message: `Expected ${field} to show one of the classes, got ${places.length} that show none` };
    }),
  );
}

/** The order in which a train epoch visits the training images. */
export function drawOrder(seed: number, trainEpoch: number, places: Uint32Array): Uint32Array {
  const order = shared(places);
  shuffle(createStream(seed, 'order', trainEpoch), order);
  return order;
}

/** Fewer outputs than an image folder has classes are a subset: whoever means all of them says how many. */
function classesOf({ classes }: ImageSelection, dataset: Dataset): readonly number[] {
  const answer = chooseClasses(classes, dataset.classNames);
  const count = typeof dataset.classNames === 'number' ? dataset.classNames : dataset.classNames.length;
  if (!('chosen' in answer)) {
    const expected = typeof classes === 'number' ? `be at most the ${count}` : 'name classes';
    const found = JSON.stringify(typeof classes === 'number' ? classes : answer.unknown);
    const message = `Expected classes to ${expected} of ${dataset.facts.title}, got ${found}`;
    throw invalid([{ field: 'classes', message }]);
  }
  return answer.chosen;
}

function placesOf({ labels, targets, count }: ImageSet, chosen: readonly number[], all: boolean): Uint32Array {
  const places = Uint32Array.from({ length: count }, (_, place) => place);
  if (all || targets !== undefined) return places;
  const wanted = new Set(chosen);
  return places.filter((place) => wanted.has(labels[place] ?? -1));
}

/** The first so many of each class. @param mixed in random order. */
function drawOfEachClass(each: number, classes: number, { labels }: ImageSet, mixed: Uint32Array): Uint32Array {
  const taken = new Map<number, number>();
  const places = mixed.filter((place) => {
    const label = labels[place] ?? 0;
    const before = taken.get(label) ?? 0;
    taken.set(label, before + 1);
    return before < each;
  });
  if (places.length === each * classes) return places;
  const fewest = taken.size < classes ? 0 : Math.min(...taken.values());
  const message = `Expected imagesPerClass to be at most the ${fewest} training images of the smallest class, got ${each}`;
  throw invalid([{ field: 'imagesPerClass', message }]);
}

function viewOf(images: ImageSet, places: Uint32Array, chosen: readonly number[]): ImageView {
  const length = places.length;
  const { targets } = images;
  if (targets === undefined) {
    const numbers = new Map(chosen.map((label, number) => [label, number]));
    return {
      images,
      places: shared(places),
      labels: Uint16Array.from(places, (p) => numbers.get(images.labels[p] ?? 0) ?? 0),
    };
  }
  const columns = targets.length / images.count;
  const rows = new Int8Array(length * chosen.length);
  const labels = new Uint16Array(length);
  for (let row = 0; row < length; row += 1) {
    const of = chosen.map((label) => targets[(places[row] ?? 0) * columns + label] ?? 0);
    rows.set(of, row * chosen.length);
    labels[row] = Math.max(0, of.indexOf(1));
  }
  return { images, places: shared(places), labels, targets: rows };
}

function shared(places: Uint32Array): Uint32Array<SharedArrayBuffer> {
  const copy = new Uint32Array(new SharedArrayBuffer(places.byteLength));
  copy.set(places);
  return copy;
}

function requireEnough(
  selection: ImageSelection,
  title: string,
  trainPool: number,
  testPool: number | undefined,
): void {
  const { validationImages, testImages } = selection;
  const violations: FieldViolation[] = [];
  const expect = (field: 'trainImages' | 'testImages', taken: number, pool: number, why: string): void => {
    if (selection[field] + taken <= pool) return;
    const available = `${Math.max(0, pool - taken)}${why} of ${title}`;
    violations.push({ field, message: `Expected ${field} to be at most the ${available}, got ${selection[field]}` });
  };
  const taken = validationImages + (testPool === undefined ? testImages : 0);
  expect('trainImages', taken, trainPool, taken === 0 ? '' : ' that others leave');
  expect('testImages', 0, testPool ?? trainPool, '');
  if (violations.length > 0) throw invalid(violations);
}

function invalid(violations: readonly FieldViolation[]): TickworkError {
  const all = violations.map(({ message }) => message).join('; ');
  return new TickworkError('STUDY_INVALID', `${all}. Change the study and submit it again.`, { violations });
}
