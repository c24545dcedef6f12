import type { StoredResult } from '../../coordinator/ports.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER } from '../../core/sweep/state.ts';
import { snapshotOf } from './state-snapshot.ts';
import type { Violations } from './violations.ts';

/** Follows the event log as the server stores it, and asks of every event whether it may be there. */
export interface LogChecks {
  appended(events: readonly SweepEvent[]): void;
  /** A coordinator has recovered, or ended in order: its state is what the log says (I6). */
  compare(who: string, state: ClusterState): void;
  /** As the log says. */
  readonly state: ClusterState;
  /** Who was granted each lease. */
  readonly holders: ReadonlyMap<string, string>;
  readonly events: number;
}

export interface LogChecksDeps {
  readonly violations: Violations;
  readonly rowOf: (sweepId: string, cell: number) => StoredResult | undefined;
}

export function createLogChecks({ violations, rowOf }: LogChecksDeps): LogChecks {
  let state = EMPTY_CLUSTER;
  let events = 0;
  const holders = new Map<string, string>();
  const completed = new Set<string>();

  function check(event: SweepEvent, before: ClusterState, after: ClusterState): void {
    switch (event.type) {
      case 'leadership-taken':
        if (event.epoch !== before.epoch + 1)
          violations.add('I3 epochs rise by one', `epoch ${event.epoch} follows ${before.epoch}`);
        return;
      case 'trial-leased':
        holders.set(event.leaseId, event.worker);
        if (event.epoch !== before.epoch)
          violations.add(
            'I3 leases are of the current epoch',
            `${nameOf(event)} has epoch ${event.epoch}, not ${before.epoch}`,
          );
        break;
      case 'trial-succeeded': {
        const row = rowOf(event.sweepId, event.cell);
        if (!row) violations.add('row before event', `${nameOf(event)} succeeded without a durable row`);
        else if (row.contentHash !== event.contentHash || row.record.attempt !== event.attempt)
          violations.add(
            'I1 row and event agree',
            `${nameOf(event)}: the row is of attempt ${row.record.attempt}, the event of attempt ${event.attempt}`,
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
    appended(batch) {
      for (const event of batch) {
        const before = state;
        state = evolve(before, event);
        events++;
        check(event, before, state);
      }
    },
    compare(who, other) {
      if (JSON.stringify(snapshotOf(other)) !== JSON.stringify(snapshotOf(state)))
        violations.add('I6 replay gives the live state', `${who} has another state than its log`);
    },
    get state() {
      return state;
    },
    holders,
    get events() {
      return events;
    },
  };
}

function nameOf(event: SweepEvent): string {
  const { sweepId = '', cell = '' } = event as { sweepId?: string; cell?: number };
  return `${sweepId}/${cell}`;
}
