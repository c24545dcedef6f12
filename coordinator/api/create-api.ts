import type { CostOf } from '../../core/sweep/cell-cost.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ResultStore } from '../ports.ts';
import type { ClusterSessions } from '../sessions/cluster-sessions.ts';
import type { Api } from './api.ts';
import { createChanges } from './changes.ts';
import { type ClusterFacts, createClusterApi } from './cluster-api.ts';
import { createEditApi } from './edit-api.ts';
import { createSearchApi } from './search-api.ts';
import { createSweepApi } from './sweep-api.ts';
import { createTableApi } from './table-api.ts';

export interface CreateApiDeps {
  readonly ledger: Ledger;
  readonly store: ResultStore;
  readonly sessions: ClusterSessions;
  readonly clock: Clock;
  readonly costOf: CostOf;
  readonly facts: ClusterFacts;
}

/** The public API over the ledger's state and the committed rows. Its streams follow the ledger and the workers' heartbeats. */
export function createApi({ facts, ...rest }: CreateApiDeps): Api {
  const changes = createChanges();
  rest.ledger.onEvents(changes.notify);
  rest.sessions.onProgress(changes.notify);
  const deps = { ...rest, changes };
  return {
    ...createSweepApi(deps),
    ...createEditApi(deps),
    ...createSearchApi(deps),
    ...createTableApi(deps),
    ...createClusterApi(deps, facts),
  };
}
