import type { SweepEvent } from '../../core/sweep/events.ts';
import { type ClusterState, trialOf } from '../../core/sweep/state.ts';
import { isLive, type LeaseRef } from '../../core/trial/trial.ts';

/** Latest word of a running trial. */
export interface TrialProgress {
  readonly trainEpoch: number;
  readonly trainEpochs: number;
  readonly step: number;
  readonly steps: number;
  readonly loss?: number;
  readonly imagesPerSecond?: number;
  readonly phase: string;
}

export interface LiveLease extends LeaseRef {
  readonly worker: string;
  readonly started: boolean;
  /** Coordinator's clock, ms: when its worker last spoke of it. Never a worker's clock. */
  readonly heardAt: number;
  readonly progress?: TrialProgress;
}

/**
 * The live leases with what only memory knows: when they were last heard of, and their progress. Follows the ledger's events;
 * after a restart it begins from the state, every lease with `graceMs` in hand, in which its worker can come back.
 */
export interface LeaseBook {
  apply(events: readonly SweepEvent[], now: number): readonly LiveLease[];
  get(sweepId: string, cell: number): LiveLease | undefined;
  ofWorker(worker: string): readonly LiveLease[];
  all(): Iterable<LiveLease>;
  /** A heartbeat spoke of this lease. */
  hear(lease: LeaseRef, now: number, progress?: TrialProgress): void;
  /** Not heard of for longer than `durationMs`. */
  expired(now: number, durationMs: number): readonly LiveLease[];
}

const keyOf = (sweepId: string, cell: number): string => `${sweepId}/${cell}`;

export function createLeaseBook(state: ClusterState, now: number, graceMs: number): LeaseBook {
  const leases = new Map<string, LiveLease>();
  for (const sweep of state.sweeps.values()) {
    for (const cell of sweep.live) {
      const trial = trialOf(sweep, cell);
      if (!isLive(trial)) continue;
      const { leaseId, attempt, epoch, worker } = trial;
      const started = trial.state === 'running';
      leases.set(keyOf(sweep.id, cell), { sweepId: sweep.id, cell, leaseId, attempt, epoch, worker, started, heardAt: now + graceMs });
    }
  }

  /** @returns the lease that this event ended. */
  function applyOne(event: SweepEvent, at: number): readonly LiveLease[] {
    switch (event.type) {
      case 'trial-leased': {
        const { sweepId, cell, leaseId, attempt, epoch, worker } = event;
        leases.set(keyOf(sweepId, cell), { sweepId, cell, leaseId, attempt, epoch, worker, started: false, heardAt: at });
        return [];
      }
      case 'trial-started': {
        const lease = leases.get(keyOf(event.sweepId, event.cell));
        if (lease) leases.set(keyOf(event.sweepId, event.cell), { ...lease, started: true, heardAt: Math.max(at, lease.heardAt) });
        return [];
      }
      case 'attempt-lost':
      case 'trial-succeeded':
      case 'trial-failed':
        return remove((lease) => lease.sweepId === event.sweepId && lease.cell === event.cell);
      case 'sweep-cancelled':
        return remove((lease) => lease.sweepId === event.sweepId);
      case 'leadership-taken':
      case 'sweep-submitted':
      case 'sweep-completed':
        return [];
    }
  }

  function remove(matches: (lease: LiveLease) => boolean): readonly LiveLease[] {
    const gone = [...leases.values()].filter(matches);
    for (const lease of gone) leases.delete(keyOf(lease.sweepId, lease.cell));
    return gone;
  }

  return {
    apply: (events, at) => events.flatMap((event) => applyOne(event, at)),
    get: (sweepId, cell) => leases.get(keyOf(sweepId, cell)),
    ofWorker: (worker) => [...leases.values()].filter((lease) => lease.worker === worker),
    all: () => leases.values(),
    hear(lease, at, progress) {
      const key = keyOf(lease.sweepId, lease.cell);
      const known = leases.get(key);
      if (known?.leaseId !== lease.leaseId) return;
      leases.set(key, { ...known, heardAt: Math.max(at, known.heardAt), ...(progress ? { progress } : {}) });
    },
    expired: (at, durationMs) => [...leases.values()].filter((lease) => at - lease.heardAt > durationMs),
  };
}
