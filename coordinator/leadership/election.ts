import { TickworkError } from '../../core/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { LeaderClaim, LeaderKey } from '../ports.ts';

/**
 * Who may lead. All coordinators of a cluster look at one key that is written by compare-and-set; whoever leads writes it again
 * and again. A standby takes it when it has not changed for `leaseMs` by the standby's own clock: no clock is compared with
 * another, and no server's timers are relied on (nats-server 2.9 ignores those of single keys).
 *
 * The key makes takeovers rare and prompt, no more. That two never decide at once is the event log's doing, which refuses every
 * writer but the last that took the leadership; a leader that was paused in the middle of a renewal may believe otherwise
 * for as long as it likes.
 */
export interface Election {
  /**
   * Resolves when this coordinator leads; undefined when `signal` aborts first. NATS being away is waited out.
   * @param standby wait until nobody leads; else take the leadership at once from whoever has it.
   */
  campaign(standby: boolean, signal: AbortSignal): Promise<Leadership | undefined>;
}

export interface Leadership {
  /** Rejects with LOG_CONFLICT when another coordinator has taken over. Never resolves. */
  readonly lost: Promise<never>;
  /** Stops renewing and gives the leadership free, so that a standby need not wait. Idempotent. */
  release(): Promise<void>;
}

export interface ElectionDeps {
  readonly key: LeaderKey;
  /** Of the state directory: a coordinator that comes back to it need not wait for its own earlier claim. */
  readonly holder: string;
  /** Unique for each process. */
  readonly process: string;
  /** One that nobody sets. */
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly logger: Logger;
}

/** Renewals and looks in the time of one lease. */
const RENEWALS = 5;
const LOOKS = 10;

export function createElection({ key, holder, process, clock, leaseMs, logger }: ElectionDeps): Election {
  const claim = (renewals: number, released = false): LeaderClaim => ({ holder, process, renewals, released });

  function lead(taken: number): Leadership {
    const lost = deferred<never>();
    lost.promise.catch(() => undefined);
    const releasing = new AbortController();
    let revision = taken;
    let renewals = 0;

    /** @returns false when the leadership is somebody else's. */
    async function renew(): Promise<boolean> {
      const next = await key.write(claim(++renewals), revision);
      if (next !== undefined) {
        revision = next;
        return true;
      }
      const found = await key.read();
      if (found !== undefined && found.claim.process !== process) return false;
      // A renewal whose answer got lost, or a server that has lost the key.
      revision = found?.revision ?? 0;
      return true;
    }

    async function keep(): Promise<void> {
      while (!releasing.signal.aborted) {
        await clock.sleep(leaseMs / RENEWALS, releasing.signal);
        if (releasing.signal.aborted) return;
        try {
          if (await renew()) continue;
          releasing.abort();
          lost.reject(replaced());
        } catch (error) {
          logger.debug({ error: String(error) }, 'Could not renew the leadership; trying again');
        }
      }
    }

    const keeping = keep();
    let released: Promise<void> | undefined;
    async function release(): Promise<void> {
      const held = !releasing.signal.aborted;
      releasing.abort();
      await keeping;
      if (held) await key.write(claim(renewals + 1, true), revision).catch(() => undefined);
    }
    return { lost: lost.promise, release: () => (released ??= release()) };
  }

  return {
    async campaign(standby, signal) {
      let seen: { readonly revision: number; readonly at: number } | undefined;
      while (!signal.aborted) {
        try {
          const found = await key.read();
          const now = clock.now();
          if (found !== undefined && found.revision !== seen?.revision) seen = { revision: found.revision, at: now };
          const free =
            found === undefined ||
            found.claim.released ||
            found.claim.holder === holder ||
            (seen !== undefined && now - seen.at > leaseMs);
          if (free || !standby) {
            const revision = await key.write(claim(0), found?.revision ?? 0);
            if (revision !== undefined) return lead(revision);
          }
        } catch (error) {
          logger.debug({ error: String(error) }, 'Could not look who leads; trying again');
        }
        await clock.sleep(leaseMs / LOOKS, signal);
      }
      return undefined;
    },
  };
}

function replaced(): TickworkError {
  const message =
    'Expected to lead, but another coordinator has taken the leadership. Stop one of the two, or start this one with --standby.';
  return new TickworkError('LOG_CONFLICT', message);
}
