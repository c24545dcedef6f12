import type { DeviceLoad } from '../../core/placement/load.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { type ClusterState, trialOf } from '../../core/sweep/state.ts';
import { isLive, type LeaseRef, type Placed } from '../../core/trial/trial.ts';

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
  /** Its trial has had its last word, which is on its way: the slot is free, the lease is not. */
  readonly ended: boolean;
  readonly device: number;
  /** Memory of the device that was set aside for it. */
  readonly reservedBytes: number;
  /** Coordinator's clock, ms: when its worker last spoke of it. Never a worker's clock. */
  readonly heardAt: number;
  readonly progress?: TrialProgress;
}

/** What a worker has in hand. */
export interface WorkerLeases {
  readonly live: number;
  /** Of them those whose trial has ended, in all and by device. */
  readonly ended: number;
  readonly endedAt: ReadonlyMap<number, DeviceLoad>;
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
  /** Counts of `ofWorker`, at no cost. */
  countsOf(worker: string): WorkerLeases;
  all(): Iterable<LiveLease>;
  /** The worker has said that the trial of this lease has ended. */
  end(lease: LeaseRef): void;
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
  const workers = new Map<string, InHand>();

  function put(lease: LiveLease): void {
    const key = keyOf(lease.sweepId, lease.cell);
    const before = leases.get(key);
    if (before) forget(before, key);
    leases.set(key, lease);
    const inHand = workers.get(lease.worker) ?? { keys: new Set(), ended: 0, endedAt: new Map() };
    workers.set(lease.worker, inHand);
    inHand.keys.add(key);
    if (lease.ended) count(inHand, lease, 1);
  }

  function remove(lease: LiveLease): void {
    const key = keyOf(lease.sweepId, lease.cell);
    leases.delete(key);
    forget(lease, key);
    if (workers.get(lease.worker)?.keys.size === 0) workers.delete(lease.worker);
  }

  function forget({ worker, ended, device, reservedBytes }: LiveLease, key: string): void {
    const inHand = workers.get(worker);
    if (!inHand?.keys.delete(key)) return;
    if (ended) count(inHand, { device, reservedBytes }, -1);
  }

  function endAll(ending: readonly LiveLease[], by: EndingEvent): readonly EndedLease[] {
    for (const lease of ending) remove(lease);
    return ending.map((lease) => ({ lease, by }));
  }

  function applyOne(event: SweepEvent, at: number): readonly EndedLease[] {
    switch (event.type) {
      case 'trial-leased': {
        const { sweepId, cell, leaseId, attempt, epoch, worker } = event;
        const ref = { sweepId, cell, leaseId, attempt, epoch, worker };
        put({ ...ref, ...placeOf(event.placed), started: false, ended: false, heardAt: at });
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
        return lease ? endAll([lease], event) : [];
      }
      case 'sweep-edited':
        return event.cancelled.flatMap((cell) => {
          const lease = leases.get(keyOf(event.sweepId, cell));
          return lease ? endAll([lease], event) : [];
        });
      case 'sweep-cancelled':
        return endAll(
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
      const { leaseId, attempt, epoch, worker, placed } = trial;
      put({
        sweepId: sweep.id,
        cell,
        leaseId,
        attempt,
        epoch,
        worker,
        ...placeOf(placed),
        started: trial.state === 'running',
        ended: false,
        heardAt: now + graceMs,
      });
    }
  }

  return {
    apply: (events, at) => events.flatMap((event) => applyOne(event, at)),
    get: (sweepId, cell) => leases.get(keyOf(sweepId, cell)),
    ofWorker: (worker) => [...(workers.get(worker)?.keys ?? [])].map((key) => leases.get(key) as LiveLease),
    countsOf(worker) {
      const { keys, ended, endedAt } = workers.get(worker) ?? NOTHING;
      return { live: keys.size, ended, endedAt };
    },
    all: () => leases.values(),
    end({ sweepId, cell, leaseId }) {
      const known = leases.get(keyOf(sweepId, cell));
      if (known?.leaseId === leaseId && !known.ended) put({ ...known, ended: true });
    },
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

interface InHand {
  readonly keys: Set<string>;
  ended: number;
  readonly endedAt: Map<number, DeviceLoad>;
}

const NOTHING: InHand = { keys: new Set(), ended: 0, endedAt: new Map() };

function count(inHand: InHand, { device, reservedBytes }: Pick<LiveLease, 'device' | 'reservedBytes'>, sign: 1 | -1) {
  const { trials, bytes } = inHand.endedAt.get(device) ?? { trials: 0, bytes: 0 };
  inHand.ended += sign;
  inHand.endedAt.set(device, { trials: trials + sign, bytes: bytes + sign * reservedBytes });
}

/** A lease of a log that has no places yet is on the first device. */
function placeOf(placed: Placed | undefined): Pick<LiveLease, 'device' | 'reservedBytes'> {
  return { device: placed?.device ?? 0, reservedBytes: placed?.reservedBytes ?? 0 };
}
