import { gridIndexOf } from '../grid/grid.ts';
import { offersAt, runningOn } from '../placement/load.ts';
import { enforced, misfit } from '../placement/misfit.ts';
import { needOf } from '../placement/need.ts';
import { emptyPlace, type Offer, type Place } from '../placement/place.ts';
import type { Placed } from '../trial/trial.ts';
import { isQuarantined, trialsAllowed } from '../worker-health/health.ts';
import type { Command } from './commands.ts';
import type { DecideOptions } from './decide.ts';
import { accept, type Decision } from './decision.ts';
import type { SweepEvent } from './events.ts';
import { expectedWork } from './expected-work.ts';
import { nextCell } from './next-cell.ts';
import { type ClusterState, type SweepState, trialOf } from './state.ts';
import { sweepsByTurn } from './turns.ts';
import { budgetGate } from './usage.ts';

type GrantLease = Extract<Command, { type: 'grant-lease' }>;

/** No event when nothing is pending that may run there. */
export function decideGrant(state: ClusterState, command: GrantLease, now: number, options: DecideOptions): Decision {
  const { worker, leaseId, at } = command;
  const places = (command.places ?? []).filter((place) => !isQuarantined(state.health, place.worker, now));
  const allowed = trialsAllowed(state.health, worker, now);
  if (allowed < 2 && runningOn(state.load, worker) >= allowed) return accept([]);
  // An unnamed place takes anything.
  for (const offer of at === undefined ? [undefined] : offersAt(at, state.load)) {
    const found = nextTrial(state, offer, places, now, options);
    if (found === undefined) continue;
    const { sweep, cell } = found;
    const placed = offer && placedAt(offer, state, sweep, cell);
    const event: SweepEvent = {
      type: 'trial-leased',
      sweepId: sweep.id,
      cell,
      attempt: trialOf(sweep, cell).attempt + 1,
      leaseId,
      worker,
      epoch: state.epoch,
      ...(placed === undefined ? {} : { placed }),
      at: now,
    };
    return accept([event], { sweepId: sweep.id });
  }
  return accept([]);
}

function nextTrial(
  state: ClusterState,
  offer: Offer | undefined,
  places: readonly Place[],
  now: number,
  { costOf, heldBack }: DecideOptions,
) {
  for (const sweep of sweepsByTurn(state)) {
    if (heldBack?.(sweep) === true) continue;
    const affordable = budgetGate(state, sweep, now, costOf, offer);
    const cell = nextCell(
      sweep,
      expectedWork(state, sweep, costOf),
      // Nobody has allowed a command at an unnamed place.
      (candidate) =>
        affordable(candidate) &&
        (offer === undefined
          ? sweep.study.command === undefined
          : fits(state, sweep, candidate, offer, places) && turnOf(state, sweep, candidate, offer, places)),
    );
    if (cell !== undefined) return { sweep, cell };
  }
  return undefined;
}

/** @param places of all connected workers; see `enforced`. */
export function fits(
  state: ClusterState,
  sweep: SweepState,
  cell: number,
  offer: Offer,
  places: readonly Place[],
): boolean {
  const need = needOf(sweep, gridIndexOf(sweep.grid, cell), state.learnedMemory);
  return misfit(enforced(need, places), offer) === undefined;
}

/**
 * A trial that has failed on a worker goes to another one, if any could take it; else it comes back, but after all others: if it
 * is the worker that is broken, several configurations will show it.
 */
function turnOf(
  state: ClusterState,
  sweep: SweepState,
  cell: number,
  { worker }: Offer,
  places: readonly Place[],
): boolean | 'last' {
  const trial = trialOf(sweep, cell);
  const failedOn = trial.state === 'pending' ? trial.failedOn : undefined;
  if (!failedOn?.includes(worker)) return true;
  const others = places.filter((place) => !failedOn.includes(place.worker));
  return others.some((place) => fits(state, sweep, cell, emptyPlace(place), places)) ? false : 'last';
}

function placedAt(
  { device, freeBytes, executor, kind }: Offer,
  state: ClusterState,
  sweep: SweepState,
  cell: number,
): Placed {
  const { memoryBytes } = needOf(sweep, gridIndexOf(sweep.grid, cell), state.learnedMemory);
  return { device, reservedBytes: memoryBytes, freeBytes, executor, kind };
}
