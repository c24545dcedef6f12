import { gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import { isWithdrawn, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import type { Trial as DomainTrial } from '../../../core/trial/trial.ts';
import { failureKindCodec, trialStateCodec } from '../../../proto/enums.ts';
import type { Metric } from '../../../proto/generated/tickwork/v1/Metric.ts';
import type { Trial } from '../../../proto/generated/tickwork/v1/Trial.ts';
import { trialName } from '../../../proto/resource-names.ts';
import type { StoredResult } from '../../ports.ts';
import type { TrialProgress } from '../../sessions/lease-book.ts';
import { toTimestamp } from './timestamp.ts';

export interface TrialDetails {
  readonly progress?: TrialProgress | undefined;
  readonly result?: StoredResult | undefined;
  /** Why a pending trial waits. */
  readonly waitingReason?: string;
}

export function toTrialMessage(sweep: SweepState, cell: number, details: TrialDetails = {}): Trial {
  const trial = trialOf(sweep, cell);
  const { progress, result, waitingReason } = details;
  return {
    name: trialName(sweep.id, cell),
    cell,
    levels: sweep.grid.labels(gridIndexOf(sweep.grid, cell)).map(({ factor, label }) => ({ factor, label })),
    seed: seedOf(sweep.grid, cell),
    state: trialStateCodec.encode(trial.state),
    attempt: trial.attempt,
    worker: workerOf(trial),
    ...failureOf(trial),
    waitingReason: trial.state === 'pending' || trial.state === 'blocked' ? (waitingReason ?? '') : '',
    ...(progress ? { progress } : {}),
    metrics: toMetricMessages(result?.record.metrics ?? {}),
    ...timesOf(trial),
    stopReason: stopReasonOf(sweep, cell, trial),
    reusedFrom: reusedFromOf(trial),
    provenanceJson: result ? JSON.stringify(result.record.provenance) : '',
  };
}

export function toMetricMessages(metrics: Readonly<Record<string, number>>): Metric[] {
  return Object.entries(metrics).map(([name, value]) => ({ name, value }));
}

function workerOf(trial: DomainTrial): string {
  switch (trial.state) {
    case 'leased':
    case 'running':
    case 'succeeded':
    case 'stopped':
      return trial.worker;
    case 'failed':
      return trial.failure.worker;
    case 'pending':
      return trial.lost?.worker ?? '';
    case 'cancelled':
    case 'blocked':
      return '';
  }
}

function reusedFromOf(trial: DomainTrial): string {
  const from = trial.state === 'succeeded' ? trial.reusedFrom : undefined;
  return from === undefined ? '' : trialName(from.sweepId, from.cell);
}

function stopReasonOf(sweep: SweepState, cell: number, trial: DomainTrial): string {
  if (trial.state === 'stopped') return trial.reason;
  return trial.state === 'cancelled' && isWithdrawn(sweep, cell)
    ? 'withdrawn: an edit of the sweep has taken it away'
    : '';
}

function failureOf(trial: DomainTrial): Pick<Trial, 'failureKind' | 'failureMessage'> {
  const failure = trial.state === 'failed' ? trial.failure : trial.state === 'pending' ? trial.lost : undefined;
  return failure ? { failureKind: failureKindCodec.encode(failure.kind), failureMessage: failure.message } : {};
}

function timesOf(trial: DomainTrial): Pick<Trial, 'startTime' | 'finishTime'> {
  const startedAt = 'startedAt' in trial ? trial.startedAt : undefined;
  const finishedAt = 'finishedAt' in trial ? trial.finishedAt : undefined;
  return {
    ...(startedAt === undefined ? {} : { startTime: toTimestamp(startedAt) }),
    ...(finishedAt === undefined ? {} : { finishTime: toTimestamp(finishedAt) }),
  };
}
