import type { LeaseRef } from '../../core/trial/trial.ts';
import type { Heartbeat__Output as Heartbeat } from '../../proto/generated/tickwork/v1/Heartbeat.ts';
import type { Lease__Output as WireLease } from '../../proto/generated/tickwork/v1/Lease.ts';
import { parseSweepName, sweepName } from '../../proto/resource-names.ts';
import type { TrialProgress } from './lease-book.ts';

export function wireLease(lease: LeaseRef): WireLease {
  const { leaseId, sweepId, cell, attempt, epoch } = lease;
  return { leaseId, sweep: sweepName(sweepId), cell, attempt, epoch };
}

/** @returns undefined when the message names no lease, or no sweep of ours. */
export function leaseOf(wire: WireLease | null | undefined): LeaseRef | undefined {
  const sweepId = wire ? parseSweepName(wire.sweep) : undefined;
  if (!wire || sweepId === undefined) return undefined;
  const { leaseId, cell, attempt, epoch } = wire;
  return { leaseId, sweepId, cell, attempt, epoch };
}

export function progressOf(wire: NonNullable<Heartbeat['running'][number]['progress']>): TrialProgress {
  const { trainEpoch, trainEpochs, step, steps, phase, loss, imagesPerSecond } = wire;
  return {
    trainEpoch,
    trainEpochs,
    step,
    steps,
    phase,
    ...(loss === undefined ? {} : { loss }),
    ...(imagesPerSecond === undefined ? {} : { imagesPerSecond }),
  };
}
