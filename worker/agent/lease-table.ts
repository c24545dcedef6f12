import type { FailureKind } from '../../core/trial/states.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';

/**
 * A lease that this worker holds: `queued` while no slot is free, `running` from then to the trial's end, then `delivering` until the receipt
 * for its last record. A lease is held until then, or a NATS outage would let the coordinator give a finished cell
 * away.
 */
export type HeldLease =
  | { readonly phase: 'queued'; readonly lease: Lease }
  | {
      readonly phase: 'running';
      readonly lease: Lease;
      readonly assignedAt: number;
      readonly started: boolean;
      /** How the lease is given back if the trial is stopped. */
      readonly stopKind: FailureKind;
    }
  | { readonly phase: 'delivering'; readonly lease: Lease; readonly recordId: string };

export interface LeaseTable {
  get(leaseId: string): HeldLease | undefined;
  put(held: HeldLease): void;
  delete(leaseId: string): void;
  /** The lease whose last record this is. */
  deliveredBy(recordId: string): Lease | undefined;
  all(): readonly HeldLease[];
}

export function createLeaseTable(): LeaseTable {
  const held = new Map<string, HeldLease>();
  const byRecord = new Map<string, Lease>();

  function remove(leaseId: string): void {
    const before = held.get(leaseId);
    if (before?.phase === 'delivering') byRecord.delete(before.recordId);
    held.delete(leaseId);
  }

  return {
    get: (leaseId) => held.get(leaseId),
    put(next) {
      remove(next.lease.leaseId);
      held.set(next.lease.leaseId, next);
      if (next.phase === 'delivering') byRecord.set(next.recordId, next.lease);
    },
    delete: remove,
    deliveredBy: (recordId) => byRecord.get(recordId),
    all: () => [...held.values()],
  };
}
