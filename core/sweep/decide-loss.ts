import { mayRetry } from '../trial/retry.ts';
import type { FailureKind } from '../trial/states.ts';
import { isLive, type LiveTrial } from '../trial/trial.ts';
import { healthOf, quarantineFor, SUSPICIOUS_KINDS } from '../worker-health/health.ts';
import { withCompletion } from './completion.ts';
import type { SweepEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { learnMemory } from './learn-memory.ts';
import { type ClusterState, isWithdrawn, type SweepState, trialOf } from './state.ts';

/** An attempt that ended without a result. */
export interface Loss {
  readonly sweepId: string;
  readonly cell: number;
  readonly kind: FailureKind;
  readonly message: string;
  readonly worker: string;
  /** The worker has said so itself; else the coordinator has taken the lease back. */
  readonly reported?: true;
}

/** Characters of a failure's message that its event keeps; the whole text is in the failure's row. */
const MAX_EVENT_MESSAGE = 2_000;

/** Tried again, or the trial's end; and what it says of memory and of the worker. Nothing of a trial that is not live. */
export function decideLoss(state: ClusterState, loss: Loss, at: number): readonly SweepEvent[] {
  const { sweepId, cell, kind, worker, reported } = loss;
  const sweep = state.sweeps.get(sweepId) as SweepState;
  const trial = trialOf(sweep, cell);
  if (!isLive(trial)) return [];
  if (isWithdrawn(sweep, cell)) {
    const { attempt } = trial;
    return withCompletion(state, sweep, [{ type: 'trial-withdrawn', sweepId, cell, attempt, worker, at }], at);
  }
  const learned = kind === 'out_of_memory' ? learnMemory(state, sweep, cell, trial, at) : [];
  const retried = mayRetry(kind, trial, sweep.study);
  const message = shorten(retried ? loss.message : lastWords(loss, trial));
  const common = { sweepId, cell, kind, message, worker, ...(reported ? { reported } : {}), at };
  const events: readonly SweepEvent[] = retried
    ? withLoss(state, sweep, [...learned, { type: 'attempt-lost', ...common }], at)
    : withCompletion(state, sweep, [...learned, { type: 'trial-failed', attempt: trial.attempt, ...common }], at);
  if (!reported || !SUSPICIOUS_KINDS.has(kind)) return events;
  const quarantine = quarantineFor(healthOf(events.reduce(evolve, state).health, worker), at);
  return quarantine ? [...events, { type: 'worker-quarantined', worker, quarantine, at }] : events;
}

/** It waits for its next attempt, or for a trial that an edit has put before it and that has ended without a result. */
function withLoss(state: ClusterState, sweep: SweepState, events: readonly SweepEvent[], at: number) {
  return sweep.study.dependencies === true ? withCompletion(state, sweep, events, at) : events;
}

/** Several workers have failed on it: then it is not their fault. */
function lastWords({ kind, message, worker }: Loss, { failedOn = [] }: LiveTrial): string {
  const workers = [...new Set([...failedOn, worker])];
  if (workers.length < 2 || !SUSPICIOUS_KINDS.has(kind)) return message;
  return `failed on ${workers.length} workers (${workers.join(', ')}): the configuration is at fault, not a machine. The last said: ${message}`;
}

function shorten(message: string): string {
  return message.length <= MAX_EVENT_MESSAGE ? message : `${message.slice(0, MAX_EVENT_MESSAGE - 1)}…`;
}
