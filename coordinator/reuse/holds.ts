import type { Grid } from '../../core/grid/grid.ts';
import type { SweepState } from '../../core/sweep/state.ts';

/**
 * Which sweeps start nothing for now, because results of other sweeps are being looked up for their cells. Only memory: after a
 * crash they are looked up again.
 */
export interface Holds {
  /** Whether it reuses results, and has cells that nobody has looked up since it has them. */
  isHeld(sweep: SweepState): boolean;
  /** Its cells were looked up, as many as it has now. */
  release(sweep: SweepState): void;
  /** All of its cells are to be looked up again. */
  renew(sweepId: string): void;
}

export function createHolds(): Holds {
  /** Whatever gives a sweep further cells gives it another grid: so a hold begins with the event, whoever hears of it when. */
  const lookedUp = new Map<string, Grid>();
  return {
    isHeld: ({ id, study, grid }) => study.reuse === true && lookedUp.get(id) !== grid,
    release: ({ id, grid }) => void lookedUp.set(id, grid),
    renew: (sweepId) => void lookedUp.delete(sweepId),
  };
}
