import { TickworkError } from '../../core/errors.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { SweepProgress } from '../render/sweep-progress.ts';
import { allPages } from './all-pages.ts';
import type { CoordinatorClient } from './coordinator-client.ts';
import { mayPass } from './status-error.ts';

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long a lost coordinator is waited for; every message starts it anew. */
  readonly patienceMs: number;
  readonly minIntervalMs: number;
  /** The connection broke; it is being tried again. Once for each outage. */
  readonly onLost?: (error: unknown) => void;
}

/** A larger sweep's missed trials are not listed one by one after an outage; the counts are right all the same. */
const MAX_CAUGHT_UP = 10_000;
const BACKOFF = { firstMs: 200, capMs: 2_000 };

/**
 * Views of a sweep, one after each change, until it is finished; survives a coordinator that restarts.
 * @throws TickworkError SWEEP_NOT_FOUND; COORDINATOR_UNREACHABLE or NOT_READY when patience ends; the reason of `signal`.
 */
export async function* followSweep(
  client: CoordinatorClient,
  name: string,
  options: FollowOptions,
): AsyncGenerator<SweepProgress> {
  const { signal, clock } = options;
  const told = new Set<number>();
  const untold = (trials: readonly Trial__Output[]): Trial__Output[] =>
    trials.filter(({ cell }) => !told.has(cell) && told.add(cell));
  let connections = 0;
  let failures = 0;
  let lostAt: number | undefined;
  for (;;) {
    // Without an error, the server has ended the stream because it is shutting down.
    let problem: unknown = new TickworkError(
      'NOT_READY',
      `Expected ${client.address} to go on, got the end of the stream. Try again.`,
    );
    try {
      let first = true;
      for await (const { sweep, active, finished } of client.watchSweep(
        { name, minIntervalMs: options.minIntervalMs },
        signal,
      )) {
        if (!sweep) continue;
        const missed = first && connections++ > 0 ? await finishedTrials(client, name) : [];
        first = false;
        failures = 0;
        lostAt = undefined;
        yield { sweep, active, finished: untold([...missed, ...finished]) };
        if (sweep.state !== 'SWEEP_STATE_ACTIVE' || sweep.exhaustedReason !== '') return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      problem = error;
    }
    lostAt ??= clock.now();
    if (clock.now() - lostAt >= options.patienceMs) throw problem;
    // One failure is also how a watch reaches its deadline; only the next says that nobody answers.
    if (failures === 1) options.onLost?.(problem);
    await clock.sleep(50 + backoffMs(failures++, options.random(), BACKOFF), signal);
    signal.throwIfAborted();
  }
}

/** After an outage: trials that may have finished while nobody was told. */
async function finishedTrials(client: CoordinatorClient, name: string): Promise<Trial__Output[]> {
  const states = ['TRIAL_STATE_SUCCEEDED', 'TRIAL_STATE_FAILED'] as const;
  return (await Promise.all(states.map((state) => listAllTrials(client, name, state, MAX_CAUGHT_UP)))).flat();
}

export function listAllTrials(
  client: CoordinatorClient,
  parent: string,
  state: 'TRIAL_STATE_UNSPECIFIED' | 'TRIAL_STATE_SUCCEEDED' | 'TRIAL_STATE_FAILED',
  limit: number,
): Promise<Trial__Output[]> {
  return allPages(async (pageToken) => {
    const page = await client.listTrials({ parent, state, pageSize: Math.min(limit, 1000), pageToken });
    return { items: page.trials, nextPageToken: page.nextPageToken };
  }, limit);
}
