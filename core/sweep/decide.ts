import { speedClass, speedKey } from '../budget/speed.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { holds, isFinished, isLive, type LeaseRef } from '../trial/trial.ts';
import { type CostOf, cellCost } from './cell-cost.ts';
import type { Command } from './commands.ts';
import { withCompletion } from './completion.ts';
import { decideBudgets } from './decide-budget.ts';
import { decideGrant } from './decide-grant.ts';
import { decideLoss } from './decide-loss.ts';
import { decideReport } from './decide-report.ts';
import { decideRequest } from './decide-requests.ts';
import { accept, type Decision, reject } from './decision.ts';
import { disposeFailure, disposeResult } from './disposition.ts';
import type { SweepEvent } from './events.ts';
import { type ClusterState, isCell, type SweepState, trialOf } from './state.ts';

export interface DecideOptions {
  /** Estimated cost of a trial, any unit: among the next cells the costliest is started first. */
  readonly costOf: CostOf;
  /** Sweeps of which nothing starts for now; default: none. */
  readonly heldBack?: ((sweep: SweepState) => boolean) | undefined;
}

/** All policy is here; `evolve` only remembers. Pure: the same state, command and time give the same decision. */
export function decide(state: ClusterState, command: Command, now: number, options: DecideOptions): Decision {
  switch (command.type) {
    case 'take-leadership':
      return accept([{ type: 'leadership-taken', epoch: state.epoch + 1, holder: command.holder, at: now }]);
    case 'submit-sweep':
    case 'edit-sweep':
    case 'cancel-sweep':
    case 'pause-sweep':
    case 'resume-sweep':
    case 'retry-failed':
    case 'ask-configuration':
    case 'end-search':
      return decideRequest(state, command, now);
    case 'prune-trial':
      return prune(state, command, now);
    case 'grant-lease':
      return decideGrant(state, command, now, options);
    case 'enforce-budgets':
      return accept(decideBudgets(state, now, options.costOf));
    case 'trust-worker':
      return accept(
        state.health.has(command.worker) ? [{ type: 'worker-trusted', worker: command.worker, at: now }] : [],
      );
    case 'start-trial': {
      const found = held(state, command.lease);
      if (!found.ok) return found;
      const { sweepId, cell } = command.lease;
      return accept(found.trial.state === 'leased' ? [{ type: 'trial-started', sweepId, cell, at: now }] : []);
    }
    case 'lose-attempt': {
      const found = held(state, command.lease);
      if (!found.ok) return found;
      const { sweepId, cell } = command.lease;
      return accept(decideLoss(state, { ...command, sweepId, cell }, now));
    }
    case 'record-result': {
      const { record } = command;
      const disposition = disposeResult(state, record);
      if (disposition.outcome !== 'accept') return accept([], { disposition: disposition.as });
      const { sweepId, cell, attempt, worker, contentHash, reusedFrom } = record;
      const sweep = state.sweeps.get(sweepId) as SweepState;
      const { search } = sweep.study;
      const objective = search && 'metric' in search ? record.metrics?.[search.metric] : undefined;
      const events: SweepEvent[] = [
        {
          type: 'trial-succeeded',
          sweepId,
          cell,
          attempt,
          worker,
          contentHash,
          ...(objective === undefined ? {} : { objective }),
          ...(reusedFrom === undefined ? measurementOf(sweep, cell, now, options.costOf) : { reusedFrom }),
          at: now,
        },
      ];
      return accept(withCompletion(state, sweep, events, now), { disposition: 'committed' });
    }
    case 'record-report': {
      const { events, ended } = decideReport(state, command, now);
      return accept(ended ? withCompletion(state, ended, events, now) : events);
    }
    case 'record-failure': {
      const { record } = command;
      const disposition = disposeFailure(state, record);
      if (disposition.outcome !== 'accept') return accept([], { disposition: disposition.as });
      return accept(decideLoss(state, { ...record, reported: true }, now), { disposition: 'committed' });
    }
  }
}

function held(state: ClusterState, lease: LeaseRef) {
  const sweep = state.sweeps.get(lease.sweepId);
  if (!sweep || !isCell(sweep, lease.cell)) {
    return reject('LEASE_STALE', `Expected a lease on a cell of this cluster, got ${lease.sweepId}/${lease.cell}.`);
  }
  const trial = trialOf(sweep, lease.cell);
  if (isFinished(trial))
    return reject(
      'TRIAL_FINISHED',
      `Expected a live trial, got ${lease.sweepId}/${lease.cell}, which is ${trial.state}.`,
    );
  if (!isLive(trial) || !holds(trial, lease)) {
    const current = isLive(trial)
      ? `lease ${trial.leaseId}, attempt ${trial.attempt}, epoch ${trial.epoch}`
      : 'no lease';
    return reject(
      'LEASE_STALE',
      `Expected the current lease of ${lease.sweepId}/${lease.cell} (${current}), got lease ${lease.leaseId}, attempt ${lease.attempt}, epoch ${lease.epoch}.`,
    );
  }
  return { ok: true as const, sweep, trial };
}

/** An outside program expects nothing more of a trial. Of one that was stopped already it says nothing new. */
function prune(state: ClusterState, command: Extract<Command, { type: 'prune-trial' }>, at: number): Decision {
  const { sweepId, cell, trainEpoch, value, reason } = command;
  const sweep = state.sweeps.get(sweepId);
  if (!sweep || !isCell(sweep, cell)) return reject('ARGUMENT_INVALID', `Expected a cell, got ${sweepId}/${cell}.`);
  const trial = trialOf(sweep, cell);
  if (trial.state === 'stopped') return accept([], { sweepId });
  if (isFinished(trial))
    return reject(
      'TRIAL_FINISHED',
      `Expected a trial that can be stopped, got ${sweepId}/${cell}, which is ${trial.state}.`,
    );
  const { attempt } = trial;
  const worker = isLive(trial) ? trial.worker : '';
  const stopped: SweepEvent = { type: 'trial-stopped', sweepId, cell, attempt, trainEpoch, value, reason, worker, at };
  return accept(withCompletion(state, sweep, [stopped], at), { sweepId });
}

/** Nothing of a late result, whose trial is not the one that runs, and nothing where the place is unknown. */
function measurementOf(sweep: SweepState, cell: number, now: number, costOf: CostOf) {
  const trial = trialOf(sweep, cell);
  if (trial.state !== 'running' || trial.placed === undefined || trial.placed.executor === '') return {};
  const gridIndex = gridIndexOf(sweep.grid, cell);
  const work = cellCost(sweep.grid, gridIndex, costOf);
  // Of the lab's own program nobody knows how much there is to do.
  if (work <= 0) return {};
  return {
    measured: {
      key: speedKey(speedClass(sweep.grid.parameters(gridIndex)), trial.placed),
      work,
      ms: Math.max(1, now - trial.leasedAt),
    },
  };
}
