import { ANYONE, type Identity } from '../../core/access/identity.ts';
import { isLoopback } from '../../core/access/loopback.ts';
import { TickworkError } from '../../core/errors.ts';
import type { Authenticate, Credentials } from './authenticator.ts';
import { HEAVY, type Limits } from './limits.ts';
import { type Action, allows, PERMISSIONS } from './permissions.ts';
import { createTokenBuckets, type Rate, type TokenBuckets } from './token-bucket.ts';

/** A call that may go on. */
export interface Admission {
  readonly identity: Identity;
  /** Aborts, with a TickworkError UNAUTHENTICATED as its reason, when the caller's credentials are no longer good. */
  readonly revoked: AbortSignal;
  /** Call when the call has ended. Idempotent. */
  release(): void;
}

/** Asked before anything is answered, whatever carries the call. */
export interface Guard {
  /**
   * @param peer address of the other end, without port.
   * @throws TickworkError UNAUTHENTICATED, PERMISSION_DENIED, RATE_LIMITED
   */
  admit(action: Action, credentials: Credentials, peer: string): Admission;
  /** Ends what is under way of callers whose credentials are no longer good. */
  recheck(): void;
}

export interface GuardDeps {
  readonly authenticate: Authenticate;
  readonly limits: Limits;
  /** Unix milliseconds. */
  readonly wallClock: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface UnderWay {
  readonly action: Action;
  readonly credentials: Credentials;
  readonly identity: Identity;
  readonly revoke: AbortController;
}

/** A stream that was refused for want of room may find some soon. */
const ROOM_RETRY_MS = 1_000;

export function createGuard({ authenticate, limits, wallClock, now }: GuardDeps): Guard {
  const buckets = createTokenBuckets(limits.rate);
  const heavyBuckets = createTokenBuckets(limits.heavyRate);
  const underWay = new Set<UnderWay>();
  const counts = new Map<string, number>();

  function identify(action: Action, credentials: Credentials): Identity {
    if (PERMISSIONS[action] === 'public') return ANYONE;
    const identity = authenticate(credentials, wallClock());
    if (allows(action, identity.role)) return identity;
    throw new TickworkError(
      'PERMISSION_DENIED',
      `Expected a ${(PERMISSIONS[action] as readonly string[]).join(', ')} to ask for ${action}, got ${identity.name}, a ${identity.role}. Use credentials of another role.`,
    );
  }

  function limit(key: string, action: Action): void {
    take(buckets, limits.rate, `calls of ${key}`, key);
    if (HEAVY.has(action)) take(heavyBuckets, limits.heavyRate, `studies and exports of ${key}`, key);
    if ((counts.get(key) ?? 0) < limits.callsPerIdentity) return;
    throw limited(
      `Expected at most ${limits.callsPerIdentity} calls of ${key} at the same time, got more.`,
      ROOM_RETRY_MS,
    );
  }

  function take(from: TokenBuckets, { perSecond, burst }: Rate, what: string, key: string): void {
    const waitMs = from.take(key, now());
    if (waitMs > 0)
      throw limited(`Expected at most ${perSecond} ${what} a second (${burst} at once), got more.`, waitMs);
  }

  return {
    admit(action, credentials, peer) {
      const identity = identify(action, credentials);
      // Strangers are told apart by their address. On this machine, unasked who they are, they are the person at the keyboard.
      const key = identity === ANYONE ? (isLoopback(peer) ? undefined : peer) : identity.name;
      if (key !== undefined) {
        limit(key, action);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const entry: UnderWay = { action, credentials, identity, revoke: new AbortController() };
      underWay.add(entry);
      return {
        identity,
        revoked: entry.revoke.signal,
        release() {
          if (!underWay.delete(entry) || key === undefined) return;
          const left = (counts.get(key) ?? 1) - 1;
          if (left > 0) counts.set(key, left);
          else counts.delete(key);
        },
      };
    },
    recheck() {
      for (const { action, credentials, identity, revoke } of underWay) {
        try {
          const today = identify(action, credentials);
          if (today.name !== identity.name || today.role !== identity.role) throw changed(identity);
        } catch (error) {
          revoke.abort(error);
        }
      }
    },
  };
}

function limited(message: string, retryAfterMs: number): TickworkError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return new TickworkError('RATE_LIMITED', `${message} Wait ${seconds} s.`, { retryAfterMs });
}

function changed({ name }: Identity): TickworkError {
  return new TickworkError(
    'UNAUTHENTICATED',
    `Expected the credentials of ${name} to stay what they were, got others. Connect again.`,
  );
}
