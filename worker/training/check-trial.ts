import { type FieldViolation, TickworkError } from '../../core/errors.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import { testScales } from './final-test.ts';

/**
 * What the schema of a single field cannot see: whether the scales fit the network.
 * @param side of the network's crop, pixels.
 * @throws TickworkError STUDY_INVALID with one violation for each field that does not.
 */
export function checkTrial(parameters: TrialParameters, side: number): void {
  const { trainScale } = parameters;
  const violations: FieldViolation[] = [];
  const expect = (field: string, value: number): void => {
    if (value >= side) return;
    violations.push({
      field,
      message: `Expected ${field} to be at least ${side} pixels, the network's crop, got ${value}`,
    });
  };
  expect('trainScale', typeof trainScale === 'number' ? trainScale : trainScale[0]);
  expect('testScale', Math.min(...testScales(parameters)));
  if (violations.length === 0) return;
  const all = violations.map(({ message }) => message).join('; ');
  throw new TickworkError('STUDY_INVALID', `${all}. Change the study and submit it again.`, { violations });
}
