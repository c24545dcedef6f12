import type { StoredResult } from '../../coordinator/ports.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { ClusterState } from '../../core/sweep/state.ts';
import { dispositionCodec } from '../../proto/enums.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import type { Process } from '../time/process.ts';
import { checkTable } from './final-checks.ts';
import { createLeaseChecks, type LeaseChecks } from './lease-checks.ts';
import { createLogChecks, type LogChecks, type Writer } from './log-checks.ts';
import { createRecordChecks, type RecordChecks } from './record-checks.ts';
import { createViolations, type Violations } from './violations.ts';

/** All that watches a world. It changes nothing in it. */
export interface Checker {
  readonly violations: Violations;
  readonly log: LogChecks;
  readonly records: RecordChecks;
  readonly leases: LeaseChecks;
  appended(bytes: string, writer: Writer): void;
  heard(coordinator: Process, worker: Process, message: WorkerMessage): void;
  /** @param table of this coordinator. */
  said(coordinator: Process, table: string, worker: Process, message: CoordinatorMessage): void;
  /** A coordinator begins to lead, with this table. */
  leads(coordinator: Process, holder: string, state: ClusterState, rows: readonly StoredResult[]): void;
  /** Called at each batch of events or rows that became durable. */
  onProgress(listener: () => void): void;
  progressed(): void;
}

/**
 * A coordinator that has led all the time stops whoever works on a lease that is over, once it hears of it: as long as the longest
 * pause of a worker and a partition behind it.
 */
const STOPPED_WITHIN_MS = 210_000;

export function createChecker(now: () => number, leaseDurationMs: number): Checker {
  const violations = createViolations(now);
  const records = createRecordChecks(violations);
  const log = createLogChecks({ violations, now, rowOf: records.rowOf });
  const leases = createLeaseChecks({ violations, now, leaseDurationMs });
  const listeners: (() => void)[] = [];

  function progressed(): void {
    for (const listener of listeners) listener();
  }

  return {
    violations,
    log,
    records,
    leases,
    appended(bytes, writer) {
      log.appended(JSON.parse(bytes) as SweepEvent[], writer);
      progressed();
    },
    heard(coordinator, worker, { heartbeat, hello, started }) {
      const spoken = [
        ...(heartbeat?.running.map(({ lease }) => lease) ?? []),
        ...(hello?.inFlight ?? []),
        ...(started ? [started.lease] : []),
      ];
      const ids = spoken.flatMap((lease) => (lease ? [lease.leaseId] : []));
      leases.heard(coordinator, ids);
      leases.hears(coordinator, worker.machine.name, ids, Boolean(hello));
      if (started?.lease) log.mayStart(started.lease.leaseId);
      for (const { lease } of heartbeat?.running ?? []) {
        const endedAt = log.ended.get(lease?.leaseId ?? '');
        if (endedAt !== undefined && now() - endedAt > STOPPED_WITHIN_MS && leases.leadsSince(coordinator, endedAt))
          violations.add(
            'I3 who works on an ended lease is stopped',
            `${lease?.leaseId} ended ${Math.round(now() - endedAt)} ms ago`,
          );
      }
    },
    said(coordinator, table, worker, { welcome, receipts, assignment }) {
      if (welcome) leases.welcomed(worker, Number(welcome.epoch));
      if (assignment?.lease?.leaseId) {
        const { name } = worker.machine;
        leases.granted(coordinator, assignment.lease.leaseId);
        leases.assigned(coordinator, name, assignment.lease.leaseId, log.liveOf(name));
      }
      for (const { recordId, disposition } of receipts?.receipts ?? []) {
        const decoded = dispositionCodec.decode(disposition as never);
        if (decoded) records.receipted(table, recordId ?? '', decoded);
      }
    },
    leads(coordinator, holder, state, rows) {
      leases.leads(coordinator);
      log.compare(holder, state, 'then');
      for (const sweep of state.sweeps.values()) checkTable(sweep, rows, violations);
    },
    onProgress: (listener) => void listeners.push(listener),
    progressed,
  };
}
