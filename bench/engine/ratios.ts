import type { Subject } from './subjects.ts';
import type { StepRow } from './whole-steps.ts';

/** A figure, or why there is none. */
export type Figure = { readonly value: number } | { readonly value: null; readonly why: string };

/**
 * How many times as fast as PyTorch an executor is: the worst over the networks of a group and the numbers of threads.
 */
export function ratioToPytorch(
  executor: string,
  group: Subject['group'],
  subjects: readonly Subject[],
  rows: readonly StepRow[],
): Figure {
  const ratios: number[] = [];
  for (const { name } of subjects.filter((subject) => subject.group === group)) {
    for (const ours of rows.filter((row) => row.net === name && row.executor === executor)) {
      const rival = rows.find((row) => row.net === name && row.executor === 'pytorch' && row.threads === ours.threads);
      if (rival !== undefined) ratios.push(rival.msPerStep / ours.msPerStep);
    }
  }
  if (ratios.length > 0) return { value: Math.min(...ratios) };
  const missing = rows.some((row) => row.executor === executor) ? 'PyTorch' : `the executor ${executor}`;
  return { value: null, why: `${missing} did not run on any network of the group '${group}'` };
}
