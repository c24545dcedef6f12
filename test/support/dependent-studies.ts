import { loadStudy } from '../../core/study/load-study.ts';
import type { Study } from '../../core/study/study.ts';
import { spaceStudyYaml } from './studies.ts';
import type { StudyWorld } from './sweep-actions.ts';

interface Row {
  readonly label: string;
  readonly saveWeightsAs?: string;
  readonly initialWeights?: string;
}

/** Rows of one small network, some of which start from the weights that others keep. */
export const rowsYaml = (
  rows: readonly Row[],
  seeds: readonly number[] = [1, 2],
  extra: Readonly<Record<string, unknown>> = { maxAttempts: 2 },
): string => spaceStudyYaml({ factors: { row: rows }, seeds, extra });

const rows = (list: readonly Row[], seeds?: readonly number[]): Study =>
  loadStudy(rowsYaml(list, seeds).replace('study: "space"', 'study: small'));

const [base, other] = [
  { label: 'base', saveWeightsAs: 'a' },
  { label: 'other base', saveWeightsAs: 'a' },
];
const middle = { label: 'middle', initialWeights: 'a', saveWeightsAs: 'b' };
const [leaf, leaf2] = [
  { label: 'leaf', initialWeights: 'b' },
  { label: 'leaf 2', initialWeights: 'b' },
];
const side = { label: 'side', initialWeights: 'a' };

/** A chain of three with two leaves, a leaf at its first link, a row alone; dependents stand before what they depend on. */
export const DEPENDENT_STUDY = rows([leaf, middle, side, { label: 'alone' }, base, leaf2]);

/** Edits take the base away, put another in its place, take and bring dependents, bring seeds. */
export const DEPENDENT_WORLD: StudyWorld = {
  study: DEPENDENT_STUDY,
  edits: [
    DEPENDENT_STUDY,
    rows([middle, leaf, side, other, { label: 'leaf 3', initialWeights: 'b' }], [2, 3]),
    rows([middle, leaf2, { label: 'alone' }], [1, 2]),
  ],
};
