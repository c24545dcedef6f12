import type { Study } from './study.ts';

/** One factor in which a row differs from the base row. */
export interface Difference {
  readonly factor: string;
  readonly base: string;
  readonly label: string;
}

/**
 * In which factors of the base a configuration differs from it; empty for the base row itself.
 * @returns undefined when the study has no base, or `labels` do not tell all of its factors.
 */
export function differencesFromBase(
  { base }: Pick<Study, 'base'>,
  labels: readonly { readonly factor: string; readonly label: string }[],
): readonly Difference[] | undefined {
  if (base === undefined) return undefined;
  const differences: Difference[] = [];
  for (const [factor, of] of Object.entries(base)) {
    const found = labels.find((level) => level.factor === factor);
    if (found === undefined) return undefined;
    if (found.label !== of) differences.push({ factor, base: of, label: found.label });
  }
  return differences;
}

/** `dropout 0.5 → 0, schedule cosine → constant`; `base` for none. */
export function differencesText(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'base';
  return differences.map(({ factor, base, label }) => `${factor} ${base} → ${label}`).join(', ');
}
