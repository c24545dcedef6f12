import { describe, expect, it } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { planStudy } from '../../../core/plan/plan.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { trialParametersSchema } from '../../../core/study/trial-parameters.ts';

const study = (lines: readonly string[]): string => `study: images
parameters:
  network: vgg8
  config: A
  testImages: 64
  trainEpochs: 1
  batchSize: 8
  trainScale: 32
  testScale: 32
  learningRate: 0.01
${lines.map((line) => `  ${line}\n`).join('')}`;

const FASHION = ['dataset: fashion-mnist', 'trainImages: 128'];
const FOLDER = ['dataset: image-folder', 'datasetFolder: imagenet', 'classes: 1000', 'trainImages: 1281167'];
const VOC = ['dataset: voc07', 'loss: hinge', 'trainImages: 5011'];

function complaints(lines: readonly string[]): string[] {
  try {
    loadStudy(study(lines));
    return [];
  } catch (error) {
    if (!(error instanceof TickworkError)) throw error;
    return error.violations.map(({ field, message, line }) => `${line} ${field}: ${message}`);
  }
}

describe('what a study says about its images', () => {
  it.each([
    ['fashion', FASHION],
    ['a folder', FOLDER],
    ['VOC', VOC],
    ['textures', ['dataset: textures', 'trainImages: 4000']],
    ['classes by name', ['dataset: cifar-10', 'classes: [cat, dog]', 'trainImages: 10000']],
    ['classes by number', ['dataset: cifar-100', 'classes: [0, 5, 99]', 'imagesPerClass: 30']],
    ['held out images', [...FASHION, 'validationImages: 5000', 'corruptImages: skip', 'colourShift: 0.1']],
  ])('is accepted: %s', (_, lines) => {
    expect(complaints(lines)).toEqual([]);
  });

  it.each([
    ['no folder', FOLDER.slice(0, 1).concat('classes: 10', 'trainImages: 9'), /datasetFolder to name a folder under/],
    ['a folder for nothing', [...FASHION, 'datasetFolder: here'], /12|13 .*datasetFolder only with image-folder/],
    [
      'a way out',
      [...FOLDER.with(1, 'datasetFolder: ../etc')],
      /Expected the name of one folder: .*got datasetFolder = "\.\.\/etc"/,
    ],
    ['an absolute path', [...FOLDER.with(1, 'datasetFolder: /etc')], /Expected the name of one folder/],
    ['a hidden folder', [...FOLDER.with(1, 'datasetFolder: .ssh')], /Expected the name of one folder/],
    ['no classes', FOLDER.toSpliced(2, 1), /classes to be their number or a list of them for image-folder, got none/],
    ['too many classes', [...FASHION, 'classes: 11'], /parameters\.classes: Expected at most the 10 classes, got 11/],
    ['a class number', [...FASHION, 'classes: [1, 10]'], /number from 0 to 9 or one of t-shirt, .*, got 10/],
    ['a class name', [...FASHION, 'classes: [bag, hat]'], /number from 0 to 9 or one of t-shirt, .*, got "hat"/],
    ['a class twice', [...FASHION, 'classes: [bag, bag]'], /Expected every class once, got "bag" twice/],
    ['one class', [...FASHION, 'classes: 1'], /classes/],
    ['nothing to train on', FASHION.slice(0, 1), /Expected trainImages or imagesPerClass to be given, got neither/],
    [
      'a product that is none',
      [...FASHION, 'imagesPerClass: 5'],
      /imagesPerClass × classes \(5 × 10 = 50\) or nothing, got 128/,
    ],
    ['k of VOC', [...VOC, 'imagesPerClass: 5'], /Expected trainImages instead for voc07, whose images show several/],
    [
      'softmax of VOC',
      VOC.with(1, 'loss: softmax'),
      /loss to be hinge, squared-hinge, ranking-hinge for images of several/,
    ],
    [
      'too many held out',
      [...FASHION, 'validationImages: 59900'],
      /60000 training images of fashion-mnist less 59900 for validation, got 128/,
    ],
    ['too large a batch', ['dataset: mnist', 'trainImages: 7'], /batchSize: Expected at most trainImages \(7\), got 8/],
    ['a policy', [...FASHION, 'corruptImages: ignore'], /one of "fail"\|"skip", got corruptImages = "ignore"/],
  ])('is refused: %s', (_, lines, message) => {
    expect(complaints(lines).join('\n')).toMatch(message);
  });

  it('decides how many outputs the network has, and how many images it sees', () => {
    const outputs = (lines: readonly string[]): number => planStudy(loadStudy(study(lines))).rows[0]?.parameters ?? 0;
    // VGG/8's last layer has 128 weights and a bias for each class.
    const ten = outputs(FASHION);
    expect(ten - outputs([...FASHION, 'classes: 4'])).toBe(6 * 129);
    expect(ten - outputs([...FASHION, 'classes: [bag, coat, dress]'])).toBe(7 * 129);
    const base = { network: 'vgg8', config: 'A', dataset: 'cifar-100', testImages: 10, trainEpochs: 1, batchSize: 8 };
    const rest = { trainScale: 32, testScale: 32, learningRate: 0.1, imagesPerClass: 30, classes: 20 };
    const parsed = trialParametersSchema.parse({ ...base, ...rest });
    expect(parsed.trainImages).toBe(600);
    // What a worker is sent, it reads again.
    expect(trialParametersSchema.parse(parsed)).toEqual(parsed);
  });
});
