import type { Metadata } from '@grpc/grpc-js';
import { ANYONE, type Identity } from '../../core/access/identity.ts';

/** Who makes a call, and until when it may. */
export interface Caller {
  readonly identity: Identity;
  /** Aborts with the error to end the call with. */
  readonly revoked: AbortSignal;
}

/** From the interceptor, which knows who calls, to the handler, which is handed the same metadata by grpc-js. */
export interface Callers {
  set(metadata: Metadata, caller: Caller): void;
  get(metadata: Metadata): Caller;
}

/** Of a server without an interceptor. */
const UNASKED: Caller = { identity: ANYONE, revoked: new AbortController().signal };

export function createCallers(): Callers {
  const callers = new WeakMap<Metadata, Caller>();
  return {
    set: (metadata, caller) => void callers.set(metadata, caller),
    get: (metadata) => callers.get(metadata) ?? UNASKED,
  };
}
