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

export interface EndedLease {
  readonly lease: LiveLease;
  readonly by: EndingEvent;
}

type EndingEvent = Extract<
  SweepEvent,
  {
    type:
      | 'attempt-lost'
      | 'trial-succeeded'
      | 'trial-failed'
      | 'trial-stopped'
      | 'trial-withdrawn'
      | 'sweep-edited'
      | 'sweep-cancelled';
  }
>;

/**
 * The live leases with what only memory knows: when they were last heard of, and their progress. Follows the ledger's events;
 * after a restart it begins from the state, every lease with `graceMs` in hand, in which its worker can come back.
 */
export interface LeaseBook {
  /** @returns the leases that these events have ended. */
  apply(events: readonly SweepEvent[], now: number): readonly EndedLease[];
  get(sweepId: string, cell: number): LiveLease | undefined;
  ofWorker(worker: string): readonly LiveLease[];
  all(): Iterable<LiveLease>;
  /** A heartbeat spoke of this lease. */
  hear(lease: LeaseRef, now: number, progress?: TrialProgress): void;
  /** Not heard of for longer than `durationMs`. */
  expired(now: number, durationMs: number): readonly LiveLease[];
  /** Whether this very lease is live and not heard of for longer than `durationMs`. */
  isSilent(lease: LeaseRef, now: number, durationMs: number): boolean;
  /** Nobody could be heard for the last `ms`: it is not counted as silence. What was heard since stays as it is. */
  excuse(ms: number, now: number): void;
}

const keyOf = (sweepId: string, cell: number): string => `${sweepId}/${cell}`;

export function createLeaseBook(state: ClusterState, now: number, graceMs: number): LeaseBook {
  const leases = new Map<string, LiveLease>();
  const keysOfWorker = new Map<string, Set<string>>();

  function put(lease: LiveLease): void {
    const key = keyOf(lease.sweepId, lease.cell);
    leases.set(key, lease);
    const keys = keysOfWorker.get(lease.worker) ?? new Set();
    keysOfWorker.set(lease.worker, keys.add(key));
  }

  function remove(lease: LiveLease): void {
    const key = keyOf(lease.sweepId, lease.cell);
    leases.delete(key);
    const keys = keysOfWorker.get(lease.worker);
    keys?.delete(key);
    if (keys?.size === 0) keysOfWorker.delete(lease.worker);
  }

  function end(ending: readonly LiveLease[], by: EndingEvent): readonly EndedLease[] {
    for (const lease of ending) remove(lease);
    return ending.map((lease) => ({ lease, by }));
  }

  function applyOne(event: SweepEvent, at: number): readonly EndedLease[] {
    switch (event.type) {
      case 'trial-leased': {
        const { sweepId, cell, leaseId, attempt, epoch, worker } = event;
        put({ sweepId, cell, leaseId, attempt, epoch, worker, started: false, heardAt: at });
        return [];
      }
      case 'trial-started': {
        const lease = leases.get(keyOf(event.sweepId, event.cell));
        if (lease) put({ ...lease, started: true, heardAt: Math.max(at, lease.heardAt) });
        return [];
      }
      case 'attempt-lost':
      case 'trial-succeeded':
      case 'trial-failed':
      case 'trial-stopped':
      case 'trial-withdrawn': {
        const lease = leases.get(keyOf(event.sweepId, event.cell));
        return lease ? end([lease], event) : [];
      }
      case 'sweep-edited':
        return event.cancelled.flatMap((cell) => {
          const lease = leases.get(keyOf(event.sweepId, cell));
          return lease ? end([lease], event) : [];
        });
      case 'sweep-cancelled':
        return end(
          [...leases.values()].filter(({ sweepId }) => sweepId === event.sweepId),
          event,
        );
      case 'leadership-taken':
      case 'memory-learned':
      case 'budget-exhausted':
      case 'worker-quarantined':
      case 'worker-trusted':
      case 'sweep-submitted':
      case 'sweep-completed':
      case 'score-reported':
      case 'configurations-proposed':
      case 'configuration-asked':
      case 'replicas-granted':
      case 'search-ended':
      case 'sweep-paused':
      case 'sweep-resumed':
      case 'failed-trials-retried':
        return [];
    }
  }

  for (const sweep of state.sweeps.values()) {
    for (const cell of sweep.live) {
      const trial = trialOf(sweep, cell);
      if (!isLive(trial)) continue;
      const { leaseId, attempt, epoch, worker } = trial;
      put({
        sweepId: sweep.id,
        cell,
        leaseId,
        attempt,
        epoch,
        worker,
        started: trial.state === 'running',
        heardAt: now + graceMs,
      });
    }
  }

  return {
    apply: (events, at) => events.flatMap((event) => applyOne(event, at)),
    get: (sweepId, cell) => leases.get(keyOf(sweepId, cell)),
    ofWorker: (worker) => [...(keysOfWorker.get(worker) ?? [])].map((key) => leases.get(key) as LiveLease),
    all: () => leases.values(),
    hear(lease, at, progress) {
      const known = leases.get(keyOf(lease.sweepId, lease.cell));
      if (known?.leaseId !== lease.leaseId) return;
      put({ ...known, heardAt: Math.max(at, known.heardAt), ...(progress ? { progress } : {}) });
    },
    isSilent({ sweepId, cell, leaseId }, at, durationMs) {
      const known = leases.get(keyOf(sweepId, cell));
      return known?.leaseId === leaseId && at - known.heardAt > durationMs;
    },
    expired: (at, durationMs) => [...leases.values()].filter((lease) => at - lease.heardAt > durationMs),
    excuse(ms, at) {
      for (const lease of [...leases.values()]) {
        put({ ...lease, heardAt: Math.max(lease.heardAt, Math.min(at, lease.heardAt + ms)) });
      }
    },
  };
}
