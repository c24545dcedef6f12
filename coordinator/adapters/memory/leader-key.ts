import type { LeaderClaim, LeaderKey } from '../../ports.ts';

/** The key that coordinators compete for, in memory, for tests and simulations. */
export function createMemoryLeaderKey(): LeaderKey {
  let entry: { readonly claim: LeaderClaim; readonly revision: number } | undefined;
  return {
    read: async () => entry,
    async write(claim, after) {
      if ((entry?.revision ?? 0) !== after) return undefined;
      entry = { claim: structuredClone(claim), revision: after + 1 };
      return entry.revision;
    },
  };
}
