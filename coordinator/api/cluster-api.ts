import { healthOf } from '../../core/worker-health/health.ts';
import type { Worker } from '../../proto/generated/tickwork/v1/Worker.ts';
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from '../../proto/protocol-version.ts';
import { parseWorkerName } from '../../proto/resource-names.ts';
import type { KnownWorker } from '../sessions/registry.ts';
import type { Api } from './api.ts';
import { toTimestamp } from './messages/timestamp.ts';
import { toWorkerMessage } from './messages/worker.ts';
import { pageOf, pageSizeOf } from './page-token.ts';
import { invalidArgument } from './require-sweep.ts';
import type { ApiDeps } from './sweep-api.ts';

export interface ClusterFacts {
  readonly startedAt: number;
  readonly natsVersion: () => string;
  readonly durability: () => string;
  /** Known once the gateway listens. */
  readonly httpAddress: () => string;
  readonly eventLogSequence: () => number;
}

export function createClusterApi(
  { ledger, store, sessions, clock }: ApiDeps,
  facts: ClusterFacts,
): Pick<Api, 'listWorkers' | 'drainWorker' | 'getStatus'> {
  function message(known: KnownWorker): Worker {
    const { worker } = known.session;
    return toWorkerMessage(known, sessions.book.ofWorker(worker), healthOf(ledger.state.health, worker), clock.now());
  }

  return {
    async listWorkers({ pageSize, pageToken }) {
      const { items, nextPageToken } = pageOf(
        sessions.registry.known(),
        'workers',
        pageToken,
        pageSizeOf(pageSize, 100, 1000),
      );
      return { workers: items.map(message), nextPageToken };
    },

    async drainWorker({ name }) {
      const known = sessions.registry.get(parseWorkerName(name) ?? '');
      if (!known?.connected)
        throw invalidArgument(
          'name',
          `Expected the name of a connected worker such as workers/gpu3, got ${JSON.stringify(name)}. \`tickwork workers\` lists them.`,
        );
      sessions.drain(known.session);
      return message(known);
    },

    async getStatus() {
      const connected = sessions.registry.connected();
      const { results, quarantined } = await store.counts();
      return {
        softwareVersion: SOFTWARE_VERSION,
        protocolVersion: PROTOCOL_VERSION,
        epoch: ledger.state.epoch,
        startTime: toTimestamp(facts.startedAt),
        workers: connected.length,
        slots: connected.reduce((total, { hello }) => total + hello.slots, 0),
        busySlots: connected.reduce((total, { worker }) => total + sessions.book.ofWorker(worker).length, 0),
        activeSweeps: [...ledger.state.sweeps.active].length,
        httpAddress: facts.httpAddress(),
        natsVersion: facts.natsVersion(),
        durability: facts.durability(),
        eventLogSequence: facts.eventLogSequence(),
        resultsCommitted: results,
        resultsQuarantined: quarantined,
      };
    },
  };
}
