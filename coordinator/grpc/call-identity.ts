import type { Metadata } from '@grpc/grpc-js';
import { ANYONE, type Identity } from '../../core/access/identity.ts';

/** From the interceptor, which knows who calls, to the handler, which is handed the same metadata by grpc-js. */
export interface CallIdentities {
  set(metadata: Metadata, identity: Identity): void;
  get(metadata: Metadata): Identity;
}

export function createCallIdentities(): CallIdentities {
  const identities = new WeakMap<Metadata, Identity>();
  return {
    set: (metadata, identity) => void identities.set(metadata, identity),
    get: (metadata) => identities.get(metadata) ?? ANYONE,
  };
}
