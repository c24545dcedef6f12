import type { StoredResult } from '../../coordinator/ports.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, trialOf } from '../../core/sweep/state.ts';
import { upstreamsOf } from '../../core/sweep/upstream.ts';
import { isLive } from '../../core/trial/trial.ts';
import { snapshotOf } from './state-snapshot.ts';
import type { Violations } from './violations.ts';

/** Follows the event log as the server stores it, and asks of every event whether it may be there. */
export interface LogChecks {
  /** @param writer of these events. */
  appended(events: readonly SweepEvent[], writer: Writer): void;
  /** A coordinator's state is what the log says (I6): now, or when it took the leadership. */
  compare(who: string, state: ClusterState, when: 'now' | 'then'): void;
  /** As the log says. */
  readonly state: ClusterState;
  /** Somebody has asked a coordinator to end this lease, or has kept a failure of it. */
  mayEnd(leaseId: string): void;
  /** Its worker has said that it began. */
  mayStart(leaseId: string): void;
  /** Leases that a worker has by the log. */
  liveOf(worker: string): readonly string[];
  /** Virtual ms at which a lease ended, by its id. */
  readonly ended: ReadonlyMap<string, number>;
  /** Who was granted each lease. */
  readonly holders: ReadonlyMap<string, string>;
  readonly events: number;
  /** Leaderships with another table than the one before. */
  readonly takeovers: number;
}

/** A leadership, and the table that it commits to. */
export interface Writer {
  readonly holder: string;
  readonly table: string;
}

export interface LogChecksDeps {
  readonly violations: Violations;
  readonly now: () => number;
  readonly rowOf: (table: string, sweepId: string, cell: number) => StoredResult | undefined;
}

export function createLogChecks({ violations, now, rowOf }: LogChecksDeps): LogChecks {
  let state = EMPTY_CLUSTER;
  let events = 0;
  let takeovers = 0;
  let lastTable: string | undefined;
  const holders = new Map<string, string>();
  const completed = new Set<string>();
  const ended = new Map<string, number>();
  /** State after each coordinator's first batch. */
  const beginnings = new Map<string, ClusterState>();
  const endings = new Set<string>();
  const starts = new Set<string>();

  function leaseOf(before: ClusterState, { sweepId, cell }: { sweepId: string; cell: number }): string | undefined {
    const sweep = before.sweeps.get(sweepId);
    const trial = sweep && trialOf(sweep, cell);
    return trial && isLive(trial) ? trial.leaseId : undefined;
  }

  function waitsForUpstream({ sweepId, cell }: { sweepId: string; cell: number }, before: ClusterState): void {
    const sweep = before.sweeps.get(sweepId);
    if (sweep === undefined) return;
    for (const upstream of upstreamsOf(sweep, cell)) {
      const { state: was } = trialOf(sweep, upstream);
      if (was !== 'succeeded')
        violations.add('trials start after what they wait for', `${sweepId}/${cell} was leased, ${upstream} is ${was}`);
    }
  }

  function check(event: SweepEvent, before: ClusterState, after: ClusterState, table: string): void {
    switch (event.type) {
      case 'leadership-taken':
        if (event.epoch !== before.epoch + 1)
          violations.add('I3 epochs rise by one', `epoch ${event.epoch} follows ${before.epoch}`);
        return;
      case 'trial-leased':
        holders.set(event.leaseId, event.worker);
        waitsForUpstream(event, before);
        if (event.epoch !== before.epoch)
          violations.add(
            'I3 leases are of the current epoch',
            `${nameOf(event)} has epoch ${event.epoch}, not ${before.epoch}`,
          );
        break;
      case 'trial-succeeded': {
        const row = rowOf(table, event.sweepId, event.cell);
        if (!row) violations.add('row before event', `${nameOf(event)} succeeded without a durable row`);
        else if (row.contentHash !== event.contentHash || row.record.attempt !== event.attempt)
          violations.add(
            'I1 row and event agree',
            `${nameOf(event)}: the row is of attempt ${row.record.attempt}, the event of attempt ${event.attempt}`,
          );
        break;
      }
      case 'trial-started': {
        const lease = leaseOf(before, event);
        if (lease !== undefined && !starts.has(lease))
          violations.add(
            'I3 only its holder speaks for a lease',
            `${nameOf(event)} started, and ${lease} did not say so`,
          );
        break;
      }
      case 'attempt-lost':
      case 'trial-failed': {
        const lease = leaseOf(before, event);
        if (lease !== undefined && !endings.has(lease))
          violations.add(
            'I3 only its holder speaks for a lease',
            `${nameOf(event)} ended, and nobody asked for that of ${lease}`,
          );
        break;
      }
      case 'sweep-completed':
        if (completed.has(event.sweepId)) violations.add('I6 a sweep ends once', `${event.sweepId} completed again`);
        completed.add(event.sweepId);
        return;
      default:
        break;
    }
    if (after === before)
      violations.add('I6 every event has its place', `${event.type} of ${nameOf(event)} changes nothing`);
  }

  return {
    appended(batch, { holder, table }) {
      for (const event of batch) {
        const before = state;
        state = evolve(before, event);
        events++;
        if ('cell' in event) {
          const lease = leaseOf(before, event);
          if (lease !== undefined && leaseOf(state, event) !== lease) ended.set(lease, now());
        }
        check(event, before, state, table);
      }
      for (const event of batch) if (event.type === 'leadership-taken') beginnings.set(event.holder, state);
      if (lastTable !== undefined && table !== lastTable) takeovers++;
      lastTable = table;
      if (state.holder !== holder)
        violations.add('I3 one coordinator decides', `${holder} has written while ${state.holder} led`);
    },
    compare(who, other, when) {
      const expected = when === 'now' ? state : (beginnings.get(who) ?? state);
      if (JSON.stringify(snapshotOf(other)) !== JSON.stringify(snapshotOf(expected)))
        violations.add('I6 replay gives the live state', `${who} has another state than its log`);
    },
    get state() {
      return state;
    },
    liveOf: (worker) =>
      [...state.sweeps.values()].flatMap((sweep) =>
        [...sweep.live].flatMap((cell) => {
          const trial = trialOf(sweep, cell);
          return isLive(trial) && trial.worker === worker ? [trial.leaseId] : [];
        }),
      ),
    holders,
    ended,
    mayEnd: (leaseId) => void endings.add(leaseId),
    mayStart: (leaseId) => void starts.add(leaseId),
    get events() {
      return events;
    },
    get takeovers() {
      return takeovers;
    },
  };
}

function nameOf(event: SweepEvent): string {
  const { sweepId = '', cell = '' } = event as { sweepId?: string; cell?: number };
  return `${sweepId}/${cell}`;
}
