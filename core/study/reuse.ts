import { TickworkError } from '../errors.ts';
import { createGrid } from '../grid/grid.ts';
import type { Complaint } from './complaint.ts';
import type { Study } from './study.ts';

/** Cells that a study may have that reuses results: each is looked up. */
export const MAX_REUSE_CELLS = 100_000;

export function checkReuse(study: Study): Complaint[] {
  const cells = study.reuse === true ? createGrid(study).cellBound : 0;
  if (cells <= MAX_REUSE_CELLS) return [];
  const message = `Expected at most ${MAX_REUSE_CELLS} cells of a study that reuses results, got ${cells}. Split the study, or say reuse: false`;
  return [{ path: ['reuse'], message }];
}

/**
 * The study as whoever submits it wants it.
 * @param wanted undefined: as the study says itself.
 * @throws TickworkError ARGUMENT_INVALID when it may not be.
 */
export function withReuse(study: Study, wanted: boolean | undefined): Study {
  if (wanted === undefined || wanted === (study.reuse ?? false)) return study;
  if (wanted && study.command !== undefined) {
    const message =
      'Expected a study of the built-in training, or one that says reuse: true itself, got one with a command. ' +
      'Say reuse: true in the study if its program gives the same result for the same parameters and seed.';
    throw invalid(message);
  }
  const chosen = { ...study, reuse: wanted };
  const [complaint] = checkReuse(chosen);
  if (complaint) throw invalid(`${complaint.message}.`);
  return chosen;
}

const invalid = (message: string): TickworkError =>
  new TickworkError('ARGUMENT_INVALID', message, { violations: [{ field: 'reuse', message }] });
