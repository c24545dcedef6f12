import type { Grid } from '../grid/grid.ts';
import type { Locator } from '../space/locator.ts';
import { digitOfLabel } from '../study/levels.ts';
import type { Study, StudyFactor } from '../study/study.ts';

/**
 * Which cell of the base row a cell is compared with: the one of the same seed whose factors outside the base are the same.
 * Equal seeds give equal data order and initial weights, so the difference is that of the factors alone.
 */
export interface Pairing {
  /** A cell of the base row has these digits. */
  readonly base: readonly { readonly locator: Locator; readonly digit: number }[];
  /** Factors that both cells have to agree in. */
  readonly match: readonly Locator[];
}

/** @returns undefined when the study has no base. */
export function createPairing(study: Study, grid: Grid): Pairing | undefined {
  const { base } = study;
  if (base === undefined) return undefined;
  const places = study.factors.map((factor, i) => ({ factor, locator: grid.locator(i) }));
  const inBase = ({ name }: StudyFactor): boolean => Object.hasOwn(base, name);
  return {
    base: places
      .filter(({ factor }) => inBase(factor))
      .map(({ factor, locator }) => ({ locator, digit: digitOfLabel(factor, base[factor.name] as string) as number })),
    match: places.filter(({ factor }) => !inBase(factor)).map(({ locator }) => locator),
  };
}
