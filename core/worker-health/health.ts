import type { FailureKind } from '../trial/states.ts';

/**
 * Bad machines and bad configurations told apart. A worker of which several configurations in a row fail, with no success in
 * between, is at fault itself, unless they fail elsewhere too: it is quarantined for a while, its failures are not held against
 * the trials, and then one trial at a time may show that it works again. A trial that fails on several workers is at fault itself.
 *
 *     trusted ──LIMIT configurations in a row fail──▶ quarantined until t ──t──▶ on probation
 *        ▲                                                ▲                          │
 *        └──a trial succeeds, or a new process────────────┼──────────────────────────┤
 *                                                         └──a trial fails, 2 × as long
 */
export interface WorkerHealth {
  /** Configurations whose trials have failed here, each once, since the last success. */
  readonly suspicious: readonly SuspiciousTrial[];
  readonly quarantine?: Quarantine;
}

export interface SuspiciousTrial {
  readonly sweepId: string;
  readonly cell: number;
  readonly gridIndex: number;
}

export interface Quarantine {
  /** Unix milliseconds. */
  readonly until: number;
  readonly reason: string;
  /** How often in a row: decides how long. */
  readonly times: number;
}

/** By worker; one that is not there is trusted. */
export type Health = ReadonlyMap<string, WorkerHealth>;

/** Failures that a worker reports of a trial and that may be the machine's fault. */
export const SUSPICIOUS_KINDS: ReadonlySet<FailureKind> = new Set(['infrastructure', 'timed_out']);

const TRUSTED: WorkerHealth = { suspicious: [] };
const LIMIT = 3;
const FIRST_MS = 60_000;
const MAX_MS = 1_800_000;

export const healthOf = (health: Health, worker: string): WorkerHealth => health.get(worker) ?? TRUSTED;

export function withSuspicion(health: Health, worker: string, trial: SuspiciousTrial): Health {
  const before = healthOf(health, worker);
  const same = ({ sweepId, gridIndex }: SuspiciousTrial): boolean =>
    sweepId === trial.sweepId && gridIndex === trial.gridIndex;
  return new Map(health).set(worker, {
    ...before,
    suspicious: [...before.suspicious.filter((one) => !same(one)), trial],
  });
}

export function withTrust(health: Health, worker: string): Health {
  if (!health.has(worker)) return health;
  const next = new Map(health);
  next.delete(worker);
  return next;
}

/** @param health with the latest failure in it. @returns undefined while the worker may go on. */
export function quarantineFor({ suspicious, quarantine }: WorkerHealth, now: number): Quarantine | undefined {
  if (quarantine && quarantine.until > now) return undefined;
  if (suspicious.length < (quarantine ? 1 : LIMIT)) return undefined;
  const times = (quarantine?.times ?? 0) + 1;
  const until = now + Math.min(MAX_MS, FIRST_MS * 2 ** (times - 1));
  const list = suspicious.map(({ sweepId, cell }) => `${sweepId}/${cell}`).join(', ');
  const again = quarantine ? 'its next trial failed too' : `${suspicious.length} configurations in a row failed there`;
  return { until, times, reason: `${again} (${list})` };
}

/** How many trials a worker may run at a time: all that it has slots for, one on probation, none in quarantine. */
export function trialsAllowed(health: Health, worker: string, now: number): number {
  const { quarantine } = healthOf(health, worker);
  if (quarantine === undefined) return Number.POSITIVE_INFINITY;
  return quarantine.until > now ? 0 : 1;
}

export const isQuarantined = (health: Health, worker: string, now: number): boolean =>
  trialsAllowed(health, worker, now) === 0;
