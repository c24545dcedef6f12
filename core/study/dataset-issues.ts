import { type ClassSelection, chooseClasses, countClasses } from '../catalogue/classes.ts';
import { DATASETS, type DatasetName } from '../catalogue/datasets.ts';
import type { LossName } from '../catalogue/losses.ts';

/** What a trial's parameters say about its images. */
export interface DatasetParameters {
  readonly dataset: DatasetName;
  readonly datasetFolder?: string | undefined;
  readonly classes?: ClassSelection | undefined;
  readonly trainImages?: number | undefined;
  readonly imagesPerClass?: number | undefined;
  readonly validationImages: number;
  readonly testImages: number;
  readonly batchSize: number;
  readonly loss: LossName;
}

export interface ParameterIssue {
  readonly parameter: string;
  readonly message: string;
}

/** Losses that do not need an image to have exactly one class. */
const LOSSES_OF_SEVERAL: readonly LossName[] = ['hinge', 'squared-hinge', 'ranking-hinge'];

/** `trainImages`, or what `imagesPerClass` makes of it; undefined when a study gives neither. */
export function countTrainImages(p: DatasetParameters): number | undefined {
  return p.trainImages ?? (p.imagesPerClass === undefined ? undefined : p.imagesPerClass * countClasses(p));
}

/** What does not fit together about the images of a trial, as far as it is known without reading them. */
export function datasetIssues(p: DatasetParameters): readonly ParameterIssue[] {
  return [...folderIssues(p), ...classIssues(p), ...countIssues(p), ...lossIssues(p)];
}

function folderIssues({ dataset, datasetFolder }: DatasetParameters): ParameterIssue[] {
  if ((dataset === 'image-folder') === (datasetFolder !== undefined)) return [];
  const message =
    datasetFolder === undefined
      ? 'Expected datasetFolder to name a folder under a dataset root for image-folder, got none'
      : `Expected datasetFolder only with image-folder, got ${JSON.stringify(datasetFolder)} with ${dataset}`;
  return [{ parameter: 'datasetFolder', message }];
}

function classIssues({ dataset, classes }: DatasetParameters): ParameterIssue[] {
  const facts = DATASETS[dataset];
  const complain = (message: string): ParameterIssue[] => [{ parameter: 'classes', message }];
  if (classes === undefined) {
    if (facts.classes !== undefined) return [];
    return complain(`Expected classes to be their number or a list of them for ${dataset}, got none`);
  }
  if (typeof classes !== 'number') {
    const repeated = classes.find((name, index) => classes.indexOf(name) !== index);
    if (repeated !== undefined) return complain(`Expected every class once, got ${JSON.stringify(repeated)} twice`);
  }
  if (facts.classes === undefined) return [];
  const answer = chooseClasses(classes, facts.classNames ?? facts.classes);
  if ('chosen' in answer) return [];
  const names = facts.classNames === undefined ? '' : ` or one of ${facts.classNames.join(', ')}`;
  if (typeof classes === 'number') return complain(`Expected at most the ${facts.classes} classes, got ${classes}`);
  return complain(
    `Expected a class to be a number from 0 to ${facts.classes - 1}${names}, got ${JSON.stringify(answer.unknown)}`,
  );
}

function countIssues(p: DatasetParameters): ParameterIssue[] {
  const facts = DATASETS[p.dataset];
  const issues: ParameterIssue[] = [];
  const trainImages = countTrainImages(p);
  if (trainImages === undefined) {
    const message = 'Expected trainImages or imagesPerClass to be given, got neither';
    return [{ parameter: 'trainImages', message }];
  }
  const classes = countClasses(p);
  if (p.imagesPerClass !== undefined && trainImages !== p.imagesPerClass * classes) {
    const product = `${p.imagesPerClass} × ${classes} = ${p.imagesPerClass * classes}`;
    const message = `Expected imagesPerClass × classes (${product}) or nothing, got ${trainImages}`;
    issues.push({ parameter: 'trainImages', message });
  }
  if (p.imagesPerClass !== undefined && facts.labels === 'several') {
    const message = `Expected trainImages instead for ${p.dataset}, whose images show several classes, got ${p.imagesPerClass}`;
    issues.push({ parameter: 'imagesPerClass', message });
  }
  const set = facts.trainImages ?? Number.POSITIVE_INFINITY;
  if (trainImages + p.validationImages > set) {
    const after = p.validationImages === 0 ? '' : ` less ${p.validationImages} for validation`;
    const message = `Expected at most the ${set} training images of ${p.dataset}${after}, got ${trainImages}`;
    issues.push({ parameter: p.trainImages === undefined ? 'imagesPerClass' : 'trainImages', message });
  }
  if (facts.testImages !== undefined && p.testImages > facts.testImages) {
    const message = `Expected at most the ${facts.testImages} test images of ${p.dataset}, got ${p.testImages}`;
    issues.push({ parameter: 'testImages', message });
  }
  if (p.batchSize > trainImages) {
    const message = `Expected at most trainImages (${trainImages}), got ${p.batchSize}`;
    issues.push({ parameter: 'batchSize', message });
  }
  return issues;
}

function lossIssues({ dataset, loss }: DatasetParameters): ParameterIssue[] {
  if (DATASETS[dataset].labels === 'one' || LOSSES_OF_SEVERAL.includes(loss)) return [];
  const message = `Expected loss to be ${LOSSES_OF_SEVERAL.join(', ')} for images of several classes, got ${loss}`;
  return [{ parameter: 'loss', message }];
}
