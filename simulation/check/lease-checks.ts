import type { LeaseRef } from '../../core/trial/trial.ts';
import type { Process } from '../time/process.ts';
import type { Violations } from './violations.ts';

/** Watches who works on what, and that a lease ends for silence only when there was silence. */
export interface LeaseChecks {
  /** A coordinator has begun to lead. */
  leads(coordinator: Process): void;
  /** Whether it has led, and could hear, since then. */
  leadsSince(coordinator: Process, at: number): boolean;
  granted(coordinator: Process, leaseId: string): void;
  /** A heartbeat names these leases. */
  heard(coordinator: Process, leaseIds: readonly string[]): void;
  /** A coordinator decides that a lease has been silent for too long. */
  expires(coordinator: Process, lease: LeaseRef): void;
  welcomed(worker: Process, epoch: number): void;
  /** A worker follows the coordinator that welcomed it last. */
  follows(worker: Process): void;
  /** A worker begins an attempt. */
  begins(worker: Process, name: string, leaseId: string, holder: string | undefined): void;
  /** A worker's process holds a lease until it has given it back, was told to, or has the receipt of its last record. */
  holds(worker: Process, leaseId: string): void;
  letsGo(worker: Process, leaseId: string): void;
  /** A worker names the leases that it holds, in a Hello or a heartbeat. */
  names(worker: Process, leaseIds: readonly string[]): void;
  /** A coordinator hears which leases a worker has, in its Hello (`anew`) or later. */
  hears(coordinator: Process, worker: string, leaseIds: readonly string[], anew: boolean): void;
  /**
   * A worker is given an assignment: what it came back without is nobody's by then, or its cells would wait for a lease to expire.
   * @param live leases of this worker by the log.
   */
  assigned(coordinator: Process, worker: string, leaseId: string, live: readonly string[]): void;
}

export interface LeaseChecksDeps {
  readonly violations: Violations;
  readonly now: () => number;
  readonly leaseDurationMs: number;
}

/** Of timers and messages under way, true milliseconds. */
const TOLERANCE_MS = 50;
/** Two looks of the reaper, on a machine whose clock is slow. */
const UNEXCUSED_MS = 7_500;

export function createLeaseChecks({ violations, now, leaseDurationMs }: LeaseChecksDeps): LeaseChecks {
  const begun = new Map<Process, number>();
  const spoken = new Map<string, number>();
  const welcomes = new Map<Process, number>();
  const followed = new Map<Process, number>();
  const running = new Map<string, string>();
  const held = new Map<Process, Set<string>>();
  /** By worker: what its coordinator knows it to have. */
  /** By coordinator and worker: a Hello may reach one that was replaced long after another has given work. */
  const named = new Map<string, Set<string>>();
  const namedTo = (coordinator: Process, worker: string): Set<string> => {
    const key = `${coordinator.name} ${worker}`;
    const known = named.get(key) ?? new Set();
    named.set(key, known);
    return known;
  };
  /** While a coordinator was stopped, what was said to it waited; such time is nobody's silence. */
  const pauses = new Map<Process, { from: number; to: number }[]>();

  function deafMs(coordinator: Process, since: number): number {
    // A short stop is not noticed, and of a long one a little is not excused.
    const excused = (pauses.get(coordinator) ?? []).map(({ from, to }) => Math.min(to, now()) - Math.max(from, since));
    return excused.filter((ms) => ms > 0).reduce((sum, ms) => sum + Math.max(0, ms - UNEXCUSED_MS), 0);
  }
  const heldBy = (worker: Process): Set<string> => {
    const leases = held.get(worker) ?? new Set();
    held.set(worker, leases);
    return leases;
  };

  return {
    leads(coordinator) {
      // A process that was replaced and leads again knows nothing of what it heard before.
      for (const key of spoken.keys()) if (key.startsWith(`${coordinator.name} `)) spoken.delete(key);
      // A lease of an earlier coordinator has a whole duration in which its worker may come back.
      begun.set(coordinator, now() + leaseDurationMs / coordinator.machine.rate);
      const stops: { from: number; to: number }[] = [];
      pauses.set(coordinator, stops);
      coordinator.onChange((state) => {
        const last = stops.at(-1);
        if (state === 'paused') stops.push({ from: now(), to: Number.POSITIVE_INFINITY });
        else if (last) last.to = Math.min(last.to, now());
      });
    },
    leadsSince: (coordinator, at) =>
      (begun.get(coordinator) ?? Number.POSITIVE_INFINITY) < at && deafMs(coordinator, at) === 0,
    granted: (coordinator, leaseId) => void spoken.set(`${coordinator.name} ${leaseId}`, now()),
    heard(coordinator, leaseIds) {
      for (const leaseId of leaseIds) spoken.set(`${coordinator.name} ${leaseId}`, now());
    },
    expires(coordinator, { leaseId, sweepId, cell }) {
      const since = spoken.get(`${coordinator.name} ${leaseId}`) ?? begun.get(coordinator) ?? now();
      const silentMs = now() - since - deafMs(coordinator, since);
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
    begins(process, worker, leaseId, holder) {
      heldBy(process).add(leaseId);
      const other = running.get(leaseId);
      if (holder !== worker)
        violations.add('I3 a lease has one holder', `${worker} works on a lease of ${holder ?? 'nobody'}`);
      if (other !== undefined && other !== worker)
        violations.add('I3 a lease has one holder', `${worker} and ${other} work on one lease`);
      running.set(leaseId, worker);
    },
    holds: (worker, leaseId) => void heldBy(worker).add(leaseId),
    letsGo: (worker, leaseId) => void heldBy(worker).delete(leaseId),
    hears(coordinator, worker, leaseIds, anew) {
      const known = namedTo(coordinator, worker);
      if (anew) known.clear();
      for (const leaseId of leaseIds) known.add(leaseId);
    },
    assigned(coordinator, worker, leaseId, live) {
      const known = namedTo(coordinator, worker).add(leaseId);
      for (const other of live) {
        // One that never began may still be on its way.
        if (running.has(other) && !known.has(other))
          violations.add(
            'I3 what a worker comes back without is lost at once',
            `${worker} is given ${leaseId} and has ${other}`,
          );
      }
    },
    names(worker, leaseIds) {
      for (const leaseId of heldBy(worker)) {
        if (!leaseIds.includes(leaseId))
          violations.add('I3 a worker names what it holds', `${worker.name} does not name ${leaseId}`);
      }
    },
  };
}
