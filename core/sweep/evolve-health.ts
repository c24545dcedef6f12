import { vectorSet } from '../collections/sparse-vector.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { healthOf, SUSPICIOUS_KINDS, type SuspiciousTrial, withSuspicion, withTrust } from '../worker-health/health.ts';
import type { SweepEvent } from './events.ts';
import { type ClusterState, trialOf } from './state.ts';
import type { Sweeps } from './sweeps.ts';

type HealthEvent = Extract<
  SweepEvent,
  { type: 'attempt-lost' | 'trial-failed' | 'trial-succeeded' | 'worker-quarantined' | 'worker-trusted' }
>;

/**
 * What an event says of the worker that it names.
 * @param state in which the event has had all its other effects.
 * @param failedOn workers that had failed on the trial before.
 */
export function evolveHealth(state: ClusterState, event: HealthEvent, failedOn: readonly string[] = []): ClusterState {
  const { health } = state;
  switch (event.type) {
    case 'trial-succeeded':
    case 'worker-trusted':
      return health.has(event.worker) ? { ...state, health: withTrust(health, event.worker) } : state;
    case 'worker-quarantined': {
      const { worker, quarantine } = event;
      const { suspicious } = healthOf(health, worker);
      const sweeps = suspicious.reduce((before, trial) => forgiven(before, worker, trial), state.sweeps);
      return { ...state, sweeps, health: new Map(health).set(worker, { suspicious: [], quarantine }) };
    }
    case 'attempt-lost':
    case 'trial-failed': {
      const { sweepId, cell, worker, kind } = event;
      const sweep = state.sweeps.get(sweepId);
      if (!event.reported || !SUSPICIOUS_KINDS.has(kind) || !sweep) return state;
      // What fails elsewhere too does not speak against this worker.
      if (failedOn.some((other) => other !== worker)) return state;
      const gridIndex = gridIndexOf(sweep.grid, cell);
      return { ...state, health: withSuspicion(health, worker, { sweepId, cell, gridIndex }) };
    }
  }
}

/** The attempt that the worker has spoilt does not count. */
function forgiven(sweeps: Sweeps, worker: string, { sweepId, cell }: SuspiciousTrial): Sweeps {
  const sweep = sweeps.get(sweepId);
  const trial = sweep && trialOf(sweep, cell);
  if (!sweep || trial?.state !== 'pending' || !trial.failedOn?.includes(worker)) return sweeps;
  const spared = { ...trial, strikes: Math.max(0, trial.strikes - 1) };
  return sweeps.with({ ...sweep, trials: vectorSet(sweep.trials, cell, spared), revision: sweep.revision + 1 });
}
