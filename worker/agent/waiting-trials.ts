import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { AssignedSpec } from '../trial-messages.ts';

/** An assignment that was understood. */
export interface AssignedTrial {
  readonly lease: Lease;
  readonly spec: AssignedSpec;
  readonly title: string;
  /** On which it shall compute. */
  readonly device: number;
}

/** Assignments that wait for a free slot, in their order. */
export interface WaitingTrials {
  readonly size: number;
  add(trial: AssignedTrial): void;
  /** @returns the first that is meant for `device`. */
  takeFor(device: number): AssignedTrial | undefined;
  remove(leaseId: string): AssignedTrial | undefined;
  removeAll(): readonly AssignedTrial[];
}

export interface WaitingTrialsDeps {
  readonly clock: Clock;
  /** How long one may wait, ms: the slots are taken by longer trials than the coordinator thought, and others may be free. */
  readonly patienceMs: number;
  readonly onTooLong: (trial: AssignedTrial) => void;
}

export function createWaitingTrials({ clock, patienceMs, onTooLong }: WaitingTrialsDeps): WaitingTrials {
  const line: { readonly trial: AssignedTrial; readonly since: number }[] = [];
  let watching = false;

  /** One timer for all, as long as somebody waits. */
  async function watch(): Promise<void> {
    if (watching) return;
    watching = true;
    for (let first = line[0]; first !== undefined; first = line[0]) {
      const leftMs = first.since + patienceMs - clock.now();
      if (leftMs > 0) await clock.sleep(leftMs);
      else onTooLong((line.shift() as (typeof line)[number]).trial);
    }
    watching = false;
  }

  function takeFirst(wanted: (trial: AssignedTrial) => boolean): AssignedTrial | undefined {
    const index = line.findIndex(({ trial }) => wanted(trial));
    return index < 0 ? undefined : line.splice(index, 1)[0]?.trial;
  }

  return {
    get size() {
      return line.length;
    },
    add(trial) {
      line.push({ trial, since: clock.now() });
      void watch();
    },
    takeFor: (device) => takeFirst((trial) => trial.device === device),
    remove: (leaseId) => takeFirst(({ lease }) => lease.leaseId === leaseId),
    removeAll: () => line.splice(0).map(({ trial }) => trial),
  };
}
