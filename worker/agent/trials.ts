import { type CommandPrefix, isAllowed } from '../../core/command/command.ts';
import { commonWords } from '../../core/command/template.ts';
import { RETRY_RULES } from '../../core/trial/retry.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import type { Assignment__Output as Assignment } from '../../proto/generated/tickwork/v1/Assignment.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import { recordId, type TrialRecord } from '../../proto/records.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { HeartbeatInput } from '../coordinator-stream/heartbeat.ts';
import type { Emit } from '../events.ts';
import type { Slot, TrialEnd } from '../slots/slot.ts';
import { parseTrialSpec } from './assignment.ts';
import { createLeaseTable, type HeldLease } from './lease-table.ts';
import { failureRecord, finalRecord, leaseProblem, reportRecord } from './trial-record.ts';
import { type AssignedTrial, createWaitingTrials } from './waiting-trials.ts';

/** The leases this worker holds and the slots that work on them. */
export interface Trials {
  /**
   * Runs the assignment, or gives its lease back and says why. A lease that is held already is ignored.
   * @param epoch leadership epoch of the coordinator that sent it; a lease of a lower one is stale (invariant I3).
   */
  assign(assignment: Assignment, epoch: number): void;
  /**
   * Ends a trial on the coordinator's order. A lease that is not held is given back as well, so the order has an
   * answer.
   */
  stop(lease: Lease, reason: string): void;
  /** Gives a lease back whose trial waits for a slot; one that has begun goes on. */
  recall(lease: Lease, reason: string): void;
  /** Takes up a lease whose last record an earlier process left in the outbox. */
  resumeDelivery(lease: Lease, recordId: string): void;
  /** The receipts for these records have come. */
  delivered(recordIds: readonly string[]): void;
  /** From now on nothing is assigned. */
  refuse(why: Refusal): void;
  /** Leases this worker still works on, delivery included. */
  held(): readonly Lease[];
  /** Leases whose trial process has said that it began. */
  started(): readonly Lease[];
  /** Leases whose trial has ended: only its last record is under way. */
  ended(): readonly Lease[];
  /** Stops all trials, gives their leases back as preempted, and ends the trial processes. */
  close(reason: string): Promise<void>;
}

export interface Refusal {
  readonly kind: FailureKind;
  readonly message: string;
}

export interface TrialsDeps {
  readonly worker: string;
  readonly slots: readonly Slot[];
  /** How many devices the slots share: slot i computes on device i modulo this. */
  readonly devices: number;
  /** Assignments that may wait for a free slot, and how long. */
  readonly queue: number;
  readonly queuePatienceMs: number;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Resolves once the record is safe on the disk. */
  keep(record: TrialRecord): Promise<void>;
  readonly allowedCommands: readonly CommandPrefix[];
  /** Forgets the checkpoints of a cell. */
  forgetCheckpoints(cell: string): Promise<void>;
  sayStarted(lease: Lease): void;
  sayEnded(lease: Lease, durationMs: number): void;
  sayReleased(lease: Lease, kind: FailureKind, message: string): void;
  heartbeat(input: HeartbeatInput): void;
  /** A lease is held no more. */
  onLetGo(): void;
}

export function createTrials(deps: TrialsDeps): Trials {
  const { worker, slots, clock, emit, keep, forgetCheckpoints, sayStarted, sayEnded, sayReleased, heartbeat } = deps;
  const leases = createLeaseTable();
  const waiting = createWaitingTrials({
    clock,
    patienceMs: deps.queuePatienceMs,
    onTooLong: ({ lease }) => giveBack(lease, 'preempted', `it waited for a slot for ${deps.queuePatienceMs} ms`),
  });
  let refusal: Refusal | undefined;

  /** The one that is meant; where nothing may wait for it, any: a stopped trial may occupy its slot for a moment. */
  function freeSlotOn(device: number): number {
    const meant = slots.findIndex((slot, index) => slot.free && index % deps.devices === device);
    return meant >= 0 || waiting.size < deps.queue ? meant : slots.findIndex((slot) => slot.free);
  }

  function release(lease: Lease, kind: FailureKind, message: string): void {
    emit({ type: 'trial:released', leaseId: lease.leaseId, kind, message });
    sayReleased(lease, kind, message);
  }

  function letGo(leaseId: string): void {
    leases.delete(leaseId);
    heartbeat({ kind: 'ended', leaseId });
    deps.onLetGo();
  }

  /** A lease that is held and whose trial has not begun. */
  function giveBack(lease: Lease, kind: FailureKind, message: string): void {
    letGo(lease.leaseId);
    release(lease, kind, message);
  }

  function hold(held: HeldLease): void {
    leases.put(held);
    heartbeat({ kind: 'began', lease: held.lease });
  }

  /** The lease stays held until the record's receipt. */
  async function deliver(lease: Lease, record: TrialRecord): Promise<void> {
    leases.put({ phase: 'delivering', lease, recordId: recordId(record) });
    emit({
      type: 'trial:finished',
      leaseId: lease.leaseId,
      end: record.kind === 'failure' ? record.failure : 'result',
    });
    await keep(record);
    // Only now: without the record the trial would be run again.
    const over = record.kind === 'result' || (record.kind === 'failure' && !RETRY_RULES[record.failure].retry);
    if (!over) return;
    await forgetCheckpoints(cellOf(lease)).catch((error: unknown) =>
      emit({ type: 'checkpoints:not-removed', error: String(error) }),
    );
  }

  function onEnd(leaseId: string, end: TrialEnd): void {
    const held = leases.get(leaseId);
    if (held?.phase !== 'running') return;
    if (end.kind === 'stopped') {
      giveBack(held.lease, held.stopKind, end.reason);
    } else {
      const endedAt = clock.now();
      const attempt = { lease: held.lease, worker, durationMs: Math.max(0, endedAt - held.assignedAt), endedAt };
      inBackground(deliver(held.lease, finalRecord(attempt, end)));
      sayEnded(held.lease, attempt.durationMs);
    }
    beginWaiting();
  }

  /** In every slot that is free now. */
  function beginWaiting(): void {
    for (const [index, slot] of slots.entries()) {
      if (waiting.size === 0) return;
      if (!slot.free) continue;
      const next = waiting.takeFor(index % deps.devices);
      if (next) begin(next, index);
    }
  }

  function begin({ lease, spec, title }: AssignedTrial, index: number): void {
    leases.put({ phase: 'running', lease, assignedAt: clock.now(), started: false, stopKind: 'preempted' });
    emit({ type: 'trial:assigned', leaseId: lease.leaseId, title, slot: index });
    slots[index]?.run({
      trialId: lease.leaseId,
      cell: cellOf(lease),
      spec,
      onStarted: () => onStarted(lease),
      onProgress: (progress) => heartbeat({ kind: 'progress', leaseId: lease.leaseId, progress }),
      onReport: (report) => inBackground(keep(reportRecord(lease, worker, report))),
      onWarning: (message) => emit({ type: 'trial:warning', leaseId: lease.leaseId, message }),
      onEnd: (end) => onEnd(lease.leaseId, end),
    });
  }

  function onStarted(lease: Lease): void {
    const held = leases.get(lease.leaseId);
    if (held?.phase !== 'running') return;
    leases.put({ ...held, started: true });
    emit({ type: 'trial:started', leaseId: lease.leaseId });
    sayStarted(lease);
  }

  /**
   * A record that the closing outbox did not take is lost with its lease, which the coordinator gives to somebody else.
   */
  function inBackground(keeping: Promise<void>): void {
    keeping.catch((error: unknown) => emit({ type: 'outbox:disk-refused', error: String(error) }));
  }

  return {
    assign({ lease, trialJson, title, device }, epoch) {
      if (!lease || leases.get(lease.leaseId)) return;
      const problem = leaseProblem(lease, epoch);
      if (problem) return release(lease, 'infrastructure', problem);
      if (refusal) return release(lease, refusal.kind, refusal.message);
      const index = freeSlotOn(device);
      if (index < 0 && waiting.size >= deps.queue) {
        return release(lease, 'infrastructure', `Expected a free slot, got ${slots.length} of ${slots.length} busy.`);
      }
      const parsed = parseTrialSpec(trialJson);
      if ('problem' in parsed) {
        heartbeat({ kind: 'began', lease });
        const attempt = { lease, worker, durationMs: 0, endedAt: clock.now() };
        inBackground(deliver(lease, failureRecord(attempt, 'infrastructure', parsed.problem)));
        return sayEnded(lease, 0);
      }
      if ('command' in parsed.spec && !isAllowed(commonWords(parsed.spec.command.run), deps.allowedCommands)) {
        const words = JSON.stringify(parsed.spec.command.run.join(' '));
        return release(lease, 'infrastructure', `Expected a command that this worker allows, got ${words}.`);
      }
      const trial = { lease, spec: parsed.spec, title, device };
      hold({ phase: 'queued', lease });
      if (index >= 0) return begin(trial, index);
      emit({ type: 'trial:queued', leaseId: lease.leaseId, title });
      waiting.add(trial);
    },
    stop(lease, reason) {
      const held = leases.get(lease.leaseId);
      if (held?.phase === 'running') {
        leases.put({ ...held, stopKind: 'cancelled' });
        for (const slot of slots) slot.stop(lease.leaseId, reason);
        return;
      }
      if (waiting.remove(lease.leaseId)) return giveBack(lease, 'cancelled', reason);
      // The trial has had its last word; the record waits for its receipt, whatever became of the lease.
      if (held) return letGo(lease.leaseId);
      release(lease, 'cancelled', reason);
    },
    recall(lease, reason) {
      if (waiting.remove(lease.leaseId)) giveBack(lease, 'preempted', reason);
    },
    resumeDelivery(lease, id) {
      hold({ phase: 'delivering', lease, recordId: id });
    },
    delivered(recordIds) {
      for (const id of recordIds) {
        const lease = leases.deliveredBy(id);
        if (lease) letGo(lease.leaseId);
      }
    },
    refuse(why) {
      refusal = why;
      if (why) for (const { lease } of waiting.removeAll()) giveBack(lease, why.kind, why.message);
    },
    held: () => leases.all().map(({ lease }) => lease),
    started: () => leases.all().flatMap((held) => (held.phase === 'running' && held.started ? [held.lease] : [])),
    ended: () => leases.all().flatMap((held) => (held.phase === 'delivering' ? [held.lease] : [])),
    async close(reason) {
      await Promise.all(slots.map((slot) => slot.close(reason)));
    },
  };
}

/** A sweep's id has letters, digits and hyphens only, so this can be a file's name. */
function cellOf({ sweep, cell }: Lease): string {
  return `${parseSweepName(sweep) ?? ''}.${cell}`;
}
