import { setImmediate } from 'node:timers/promises';
import type { Study } from '../../core/study/study.ts';
import { newSweep, untouchedCells } from '../../core/sweep/state.ts';
import type { ResultStore } from '../ports.ts';
import { findResults } from './reused-records.ts';

const SLICE = 256;

/** How many cells a study would be given, if it were submitted now; other work has its turn meanwhile. Undefined where it reuses none. */
export async function countReusable(store: ResultStore, study: Study): Promise<number | undefined> {
  if (study.reuse !== true) return undefined;
  const sweep = newSweep({
    ...{ type: 'sweep-submitted', sweepId: '', requestId: '', study, studyYaml: '', total: 0, at: 0 },
  });
  let found = 0;
  let slice: number[] = [];
  const look = async (): Promise<void> => {
    found += (await findResults(store, '', sweep, slice)).size;
    slice = [];
    await setImmediate();
  };
  for (const cell of untouchedCells(sweep, sweep.grid.cellBound)) {
    slice.push(cell);
    if (slice.length === SLICE) await look();
  }
  await look();
  return found;
}
