import type { LeaseRef } from '../../core/trial/trial.ts';
import type { Process } from '../time/process.ts';
import type { Violations } from './violations.ts';

/** Watches who works on what, and that a lease ends for silence only when there was silence. */
export interface LeaseChecks {
  /** A coordinator has begun to lead. */
  leads(coordinator: Process): void;
  granted(coordinator: Process, leaseId: string): void;
  /** A heartbeat names these leases. */
  heard(coordinator: Process, leaseIds: readonly string[]): void;
  /** A coordinator decides that a lease has been silent for too long. */
  expires(coordinator: Process, lease: LeaseRef): void;
  welcomed(worker: Process, epoch: number): void;
  /** A worker follows the coordinator that welcomed it last. */
  follows(worker: Process): void;
  /** A worker begins an attempt. */
  begins(worker: string, leaseId: string, holder: string | undefined): void;
}

export interface LeaseChecksDeps {
  readonly violations: Violations;
  readonly now: () => number;
  readonly leaseDurationMs: number;
}

/** Of timers and messages under way, true milliseconds. */
const TOLERANCE_MS = 50;

export function createLeaseChecks({ violations, now, leaseDurationMs }: LeaseChecksDeps): LeaseChecks {
  const begun = new Map<Process, number>();
  const spoken = new Map<string, number>();
  const welcomes = new Map<Process, number>();
  const followed = new Map<Process, number>();
  const running = new Map<string, string>();

  return {
    leads(coordinator) {
      // A lease of an earlier coordinator has a whole duration in which its worker may come back.
      begun.set(coordinator, now() + leaseDurationMs / coordinator.machine.rate);
    },
    granted: (coordinator, leaseId) => void spoken.set(`${coordinator.name} ${leaseId}`, now()),
    heard(coordinator, leaseIds) {
      for (const leaseId of leaseIds) spoken.set(`${coordinator.name} ${leaseId}`, now());
    },
    expires(coordinator, { leaseId, sweepId, cell }) {
      const since = spoken.get(`${coordinator.name} ${leaseId}`) ?? begun.get(coordinator) ?? now();
      const silentMs = now() - since;
      if ((silentMs + TOLERANCE_MS) * coordinator.machine.rate < leaseDurationMs)
        violations.add(
          'I3 a lease ends only for silence',
          `${sweepId}/${cell} expired after ${Math.round(silentMs)} ms of silence`,
        );
    },
    welcomed: (worker, epoch) => void welcomes.set(worker, epoch),
    follows(worker) {
      const epoch = welcomes.get(worker) ?? 0;
      const highest = followed.get(worker) ?? 0;
      if (epoch < highest)
        violations.add('I3 a lower epoch is refused', `${worker.name} follows epoch ${epoch} after epoch ${highest}`);
      followed.set(worker, Math.max(epoch, highest));
    },
    begins(worker, leaseId, holder) {
      const other = running.get(leaseId);
      if (holder !== worker)
        violations.add('I3 a lease has one holder', `${worker} works on a lease of ${holder ?? 'nobody'}`);
      if (other !== undefined && other !== worker)
        violations.add('I3 a lease has one holder', `${worker} and ${other} work on one lease`);
      running.set(leaseId, worker);
    },
  };
}
