import type { Identity } from '../../core/access/identity.ts';

/** What a call brings beside its request, whatever carries it. */
export interface CallContext {
  /** Who asks; its role has been found sufficient. */
  readonly identity: Identity;
  /** Aborts when the caller has gone, lost its right to the call, or the coordinator shuts down. */
  readonly signal: AbortSignal;
}
