import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import { offersAt } from '../../core/placement/load.ts';
import { fitsNowhere } from '../../core/placement/misfit.ts';
import { needOf } from '../../core/placement/need.ts';
import { fits } from '../../core/sweep/decide-grant.ts';
import { type ClusterState, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { sweepsByTurn } from '../../core/sweep/turns.ts';
import { awaitedBy, hasSucceeded, upstreamsOf, weightsOf } from '../../core/sweep/upstream.ts';
import { healthOf, isQuarantined } from '../../core/worker-health/health.ts';
import type { ClusterSessions } from '../sessions/cluster-sessions.ts';

/** Why a pending cell of this sweep waits: nobody is left guessing. */
export function waitingReason(
  sweep: SweepState,
  state: ClusterState,
  sessions: ClusterSessions,
  now: number,
): (cell: number) => string {
  const connected = sessions.registry.connected();
  const places = sessions.registry.places();
  const slots = connected.reduce((total, { hello }) => total + hello.slots, 0);
  const free = connected.filter((session) => sessions.freeSlots(session) > 0);
  const trusted = free.filter(({ worker }) => !isQuarantined(state.health, worker, now));
  const offers = trusted.flatMap((session) => offersAt(session.places, state.load));
  const [first] = sweepsByTurn(state);

  function reason(cell: number): string {
    if (sweep.exhausted !== undefined)
      return `the budget of the sweep lets nothing start: ${sweep.exhausted}; \`tickwork edit\` with a higher one does`;
    if (sweep.paused) return 'the sweep is paused';
    if (sessions.heldBack(sweep)) return 'results of equal trials of other sweeps are being looked up';
    const awaited = awaitedBy(sweep, cell);
    if (awaited !== undefined) return `waits for ${awaitedCells(sweep, cell, awaited)}`;
    if (connected.length === 0) return 'no worker is connected';
    if (connected.every(({ draining }) => draining)) return 'every worker is draining';
    const nowhere = fitsNowhere(needOf(sweep, gridIndexOf(sweep.grid, cell), state.learnedMemory), places);
    if (nowhere !== undefined) return nowhere;
    if (offers.some((offer) => fits(state, sweep, cell, offer, places))) return 'about to start';
    const [kept] = free.filter((session) => !trusted.includes(session));
    if (offers.length === 0 && kept)
      return `${kept.worker} is quarantined: ${healthOf(state.health, kept.worker).quarantine?.reason}`;
    if (offers.length > 0) return `the places that it fits are busy; ${offers.length} others are free`;
    if (first && first.id !== sweep.id) return `all ${slots} slots are busy, and ${first.id} comes first`;
    return `all ${slots} slots are busy`;
  }

  return (cell) => {
    const trial = trialOf(sweep, cell);
    if (trial.state === 'blocked') return blockedReason(sweep, cell, trial.by);
    const lost = trial.state === 'pending' ? trial.lost : undefined;
    return `${lost ? `attempt ${trial.attempt} was lost (${lost.message}); ` : ''}${reason(cell)}`;
  };
}

/** `2 (config=A seed 1)`. */
const named = ({ grid }: SweepState, cell: number): string =>
  `${cell} (${[grid.title(gridIndexOf(grid, cell)), `seed ${seedOf(grid, cell)}`].join(' ').trim()})`;

function awaitedCells(sweep: SweepState, cell: number, first: number): string {
  const more = upstreamsOf(sweep, cell).filter((upstream) => !hasSucceeded(sweep, upstream)).length - 1;
  const weights = weightsOf(sweep, cell) === first ? ', from whose weights it starts' : '';
  return `cell ${named(sweep, first)}${weights}${more > 0 ? ` and ${more} more` : ''}`;
}

function blockedReason(sweep: SweepState, cell: number, by: number): string {
  const trial = trialOf(sweep, by);
  const how =
    trial.state === 'failed'
      ? `has failed (${trial.failure.kind}); \`tickwork retry ${sweep.id} --failed\` tries both`
      : `is ${trial.state}`;
  const depends = weightsOf(sweep, cell) === by ? 'starts from the weights of' : 'waits for';
  return `it ${depends} cell ${named(sweep, by)}, which ${how}`;
}
