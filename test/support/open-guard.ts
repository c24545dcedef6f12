import { createAuthenticator } from '../../coordinator/access/authenticator.ts';
import { createGuard, type Guard } from '../../coordinator/access/guard.ts';
import { LIMITS } from '../../coordinator/access/limits.ts';

/** Of a coordinator on this machine that asks nobody who they are. */
export function openGuard(): Guard {
  return createGuard({
    authenticate: createAuthenticator(() => undefined),
    limits: LIMITS,
    wallClock: Date.now,
    now: () => performance.now(),
  });
}
