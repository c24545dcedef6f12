import type { LeaderClaim, LeaderKey } from '../../coordinator/ports.ts';
import type { CoordinatorLink } from './coordinator-link.ts';

/** Shorter than a lease, as in coordinator/adapters/nats/leader-key.ts. */
const REQUEST_MS = 1_500;

/**
 * The key that coordinators compete for, on the simulated JetStream; one contract suite runs over all adapters.
 * @param table of the coordinator that looks.
 */
export function openSimulatedLeaderKey(link: Pick<CoordinatorLink, 'connection'>, table: string): LeaderKey {
  return {
    async read() {
      const entry = await link.connection.request((streams) => streams.readLeaderKey(table), REQUEST_MS);
      return entry && { claim: JSON.parse(entry.bytes) as LeaderClaim, revision: entry.revision };
    },
    write(claim, after) {
      const bytes = JSON.stringify(claim);
      return link.connection.request((streams) => streams.writeLeaderKey(table, bytes, after), REQUEST_MS);
    },
  };
}
