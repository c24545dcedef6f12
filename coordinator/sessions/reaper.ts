import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LeaseBook, LiveLease } from './lease-book.ts';
import type { SessionRegistry } from './registry.ts';
import { stopTrial } from './session.ts';

export interface ReaperDeps {
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  readonly leaseDurationMs: number;
  /** False while the log does not answer: the coordinator may be the one that is cut off. */
  readonly canDecide: () => boolean;
  readonly onExpired: () => void;
  /** One that nobody sets. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often leases are looked at, as a share of their duration. */
const REAP_SHARE = 10;
/** A worker that is gone, holds nothing and was not heard of for so many leases is forgotten. */
const FORGET_AFTER_LEASES = 10;

/** Takes back leases that nobody speaks of, until `signal` aborts. */
export async function reapLeases(deps: ReaperDeps, signal: AbortSignal): Promise<void> {
  const { ledger, book, registry, leaseDurationMs, canDecide, onExpired, clock, logger } = deps;
  const everyMs = Math.max(20, leaseDurationMs / REAP_SHARE);
  const longestLookMs = 2 * everyMs;
  /** Of leases whose expiry the log holds back. */
  const expiring = new Set<string>();
  let lookedAt = clock.now();

  /**
   * An outage of the log may hold the decision back until the worker has spoken again, or this process was stopped meanwhile: then
   * the next look excuses the time, and decides anew.
   */
  function isSilentStill(lease: LiveLease): boolean {
    const now = clock.now();
    return now - lookedAt <= longestLookMs && book.isSilent(lease, now, leaseDurationMs);
  }

  async function expire(lease: LiveLease, now: number): Promise<void> {
    if (expiring.has(lease.leaseId)) return;
    expiring.add(lease.leaseId);
    const silent = ((now - lease.heardAt) / 1000).toFixed(1);
    const message = `lease expired: ${lease.worker} was not heard of for ${silent} s`;
    logger.warn({ lease }, message);
    try {
      const command = { type: 'lose-attempt', lease, kind: 'infrastructure', message, worker: lease.worker } as const;
      await ledger.submit(command, { wanted: () => isSilentStill(lease) });
    } catch (error) {
      logger.debug({ err: error }, 'an expired lease was settled already');
      return;
    } finally {
      expiring.delete(lease.leaseId);
    }
    onExpired();
    // It may only be slow: when it goes on, it shall not go on with this.
    const known = registry.get(lease.worker);
    if (known?.connected) stopTrial(known.session, lease, message);
  }

  /** Most sweeps have none. */
  function enforceBudgets(): void {
    const limited = [...ledger.state.sweeps.active].some(
      ({ study, exhausted }) => study.budget !== undefined && exhausted === undefined,
    );
    if (!limited) return;
    ledger
      .submit({ type: 'enforce-budgets' })
      .catch((error: unknown) => logger.debug({ err: error }, 'could not enforce budgets'));
  }

  function forgetTheGone(now: number): void {
    for (const { session, connected } of registry.known()) {
      const gone = now - session.lastHeardAt > FORGET_AFTER_LEASES * leaseDurationMs;
      if (!connected && gone && book.ofWorker(session.worker).length === 0) registry.forget(session.worker);
    }
  }

  while (!signal.aborted) {
    lookedAt = clock.now();
    // Not waited for: a log that does not answer is no reason to look no more.
    if (canDecide()) for (const lease of book.expired(lookedAt, leaseDurationMs)) void expire(lease, lookedAt);
    forgetTheGone(lookedAt);
    if (canDecide()) enforceBudgets();
    await clock.sleep(everyMs, signal);
    // A process that was stopped, or a network that is gone: no worker's silence.
    const now = clock.now();
    const passed = now - lookedAt;
    if (!canDecide()) book.excuse(passed, now);
    else if (passed > longestLookMs) book.excuse(passed - everyMs, now);
  }
}
