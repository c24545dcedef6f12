import type { DatasetFacts } from '../../core/catalogue/datasets.ts';
import { type FieldViolation, TickworkError } from '../../core/errors.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import { testScales } from './final-test.ts';

/**
 * What the schema of a single field cannot see: whether the numbers fit the dataset, the network and each other.
 * @throws TickworkError STUDY_INVALID with one violation for each field that does not.
 */
export function checkTrial(parameters: TrialParameters, facts: DatasetFacts, side: number): void {
  const { trainImages, testImages, batchSize, trainScale } = parameters;
  const smallest = typeof trainScale === 'number' ? trainScale : trainScale[0];
  const violations: FieldViolation[] = [];
  const expect = (holds: boolean, field: string, expected: string, value: number): void => {
    if (!holds) violations.push({ field, message: `Expected ${field} to be ${expected}, got ${value}` });
  };
  expect(
    trainImages <= facts.trainImages,
    'trainImages',
    `at most the ${facts.trainImages} of ${facts.title}`,
    trainImages,
  );
  expect(testImages <= facts.testImages, 'testImages', `at most the ${facts.testImages} of ${facts.title}`, testImages);
  expect(batchSize <= trainImages, 'batchSize', `at most trainImages (${trainImages})`, batchSize);
  const least = Math.max(side, facts.side);
  const reason = `at least ${least} pixels, the larger of the network's crop and the stored image`;
  expect(smallest >= least, 'trainScale', reason, smallest);
  const lowest = Math.min(...testScales(parameters));
  expect(lowest >= least, 'testScale', reason, lowest);
  if (violations.length === 0) return;
  const all = violations.map(({ message }) => message).join('; ');
  throw new TickworkError('STUDY_INVALID', `${all}. Change the study and submit it again.`, { violations });
}
