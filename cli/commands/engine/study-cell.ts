import { TickworkError } from '../../../core/errors.ts';
import { createGrid, gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import { trialParameters } from '../../../core/study/check-levels.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { TrialSpec } from '../../../core/study/trial-parameters.ts';
import { aboutFile, readStudyFile } from '../study-file.ts';

export interface StudyCell {
  readonly spec: TrialSpec;
  /** `config=A scale=32 seed=1` */
  readonly label: string;
}

/**
 * One cell of a study file, without a coordinator.
 * @param cell its index in the grid, seeds included, constraint not applied.
 * @throws TickworkError as `loadStudy` does, and ARGUMENT_INVALID for a cell that the grid does not have.
 */
export async function readStudyCell(file: string, cell: number): Promise<StudyCell> {
  const yaml = await readStudyFile(file);
  return aboutFile(file, async () => {
    const grid = createGrid(loadStudy(yaml));
    if (cell >= grid.cellBound) {
      throw new TickworkError(
        'ARGUMENT_INVALID',
        `Expected the cell to be from 0 to ${grid.cellBound - 1}, got ${cell}. \`tickwork plan ${file}\` lists them.`,
      );
    }
    const index = gridIndexOf(grid, cell);
    if (!grid.allows(index)) {
      let next = 0;
      while (next < grid.size && !grid.allows(next)) next++;
      throw new TickworkError(
        'ARGUMENT_INVALID',
        `Expected a cell that the study's \`where\` keeps, for example ${next}, got ${cell}.`,
      );
    }
    const seed = seedOf(grid, cell);
    return {
      spec: { parameters: trialParameters(grid, index), seed },
      label: `${grid.title(index)} seed=${seed}`.trim(),
    };
  });
}
