import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { TickworkError } from '../core/errors.ts';
import { createCostModel } from '../core/networks/cost.ts';
import { SOFTWARE_VERSION } from '../proto/protocol-version.ts';
import { natsNames } from '../proto/subjects.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { createLifecycle } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { openDuckDbResultStore } from './adapters/duckdb/result-store.ts';
import { connectNats } from './adapters/nats/connection.ts';
import { openNatsEventLog } from './adapters/nats/event-log.ts';
import { openNatsRecordStream } from './adapters/nats/record-stream.ts';
import type { Api } from './api/api.ts';
import { createChanges } from './api/changes.ts';
import { createClusterApi } from './api/cluster-api.ts';
import { createSweepApi } from './api/sweep-api.ts';
import { createTableApi } from './api/table-api.ts';
import type { CoordinatorConfig } from './config.ts';
import { createGateway } from './gateway/gateway.ts';
import { createGrpcServer } from './grpc/server.ts';
import { ingest } from './ingestion/ingest.ts';
import { createLedger } from './ledger/ledger.ts';
import { recover } from './ledger/recover.ts';
import { createMetrics } from './metrics/metrics.ts';
import { countSettled, wireMetrics } from './metrics/wiring.ts';
import { createClusterSessions } from './sessions/cluster-sessions.ts';

export interface RunCoordinatorOptions {
  /** Shuts the coordinator down in order. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Called once everything is served. */
  readonly onReady?: (addresses: { readonly grpc: string; readonly http: string }) => void;
}

/**
 * Runs a coordinator until `signal` aborts or its leadership is lost. Order of acquisition, and so, backwards, of release:
 * table, NATS, log (replayed, leadership taken), ledger, sessions, gRPC, gateway, ingestion, reaping. At the end not-ready comes
 * first of all, and with it the end of deciding.
 * @throws TickworkError STATE_DIRECTORY_IN_USE, NATS_UNREACHABLE, CONFIG_INVALID at the start; LOG_CONFLICT when another
 * coordinator has taken over.
 */
export async function runCoordinator(config: CoordinatorConfig, options: RunCoordinatorOptions): Promise<void> {
  const { signal, logger, clock = systemClock, random = Math.random, onReady } = options;
  await using lifecycle = createLifecycle();
  const ending = new AbortController();
  const startedAt = clock.now();

  // First of all: a second coordinator on this directory must not touch anything else.
  const store = await openDuckDbResultStore({ stateDirectory: config.stateDir });
  lifecycle.add('table', store.close);
  const link = await connectNats({ servers: config.natsServers, name: `tickwork coordinator ${config.namespace}`, logger, clock, random });
  lifecycle.add('NATS', link.close);
  const nats = { link, names: natsNames(config.namespace), clock, random, logger, replicas: config.replicas };
  const log = await openNatsEventLog({ ...nats, writerId: randomUUID() });
  lifecycle.add('event log', log.close);
  const records = await openNatsRecordStream(nats);
  lifecycle.add('record stream', records.close);

  const holder = `${hostname()}:${process.pid}`;
  const { state, adopted } = await recover(log, store, holder, clock.now());
  const replaySeconds = (clock.now() - startedAt) / 1000;
  logger.info({ epoch: state.epoch, sweeps: state.sweeps.size, adopted, replaySeconds }, 'leading');

  const ledger = createLedger({ initial: state, log, store, clock, random, costOf: createCostModel(), logger });
  lifecycle.add('ledger', ledger.close);
  const metrics = createMetrics();
  metrics.set('tickwork_replay_seconds', replaySeconds);
  const sessions = createClusterSessions({
    ledger,
    store,
    clock,
    newLeaseId: randomUUID,
    leaseDurationMs: config.leaseDurationMs,
    heartbeatIntervalMs: config.heartbeatIntervalMs,
    welcome: {
      natsServers: [...(config.advertisedNatsServers ?? config.natsServers)],
      natsNamespace: config.namespace,
      coordinatorVersion: SOFTWARE_VERSION,
    },
    canDecide: () => link.connected,
    onAssigned: (waitMs) => metrics.observe('tickwork_lease_wait_seconds', waitMs / 1000),
    onExpired: () => metrics.increment('tickwork_leases_expired_total'),
    logger,
  });
  wireMetrics({ metrics, ledger, log, store, sessions, natsConnected: () => link.connected, clock });

  const changes = createChanges();
  ledger.onEvents(changes.notify);
  sessions.onProgress(changes.notify);
  let httpAddress = '';
  let serving = false;
  const deps = { ledger, store, sessions, changes, clock };
  const api: Api = {
    ...createSweepApi(deps),
    ...createTableApi(deps),
    ...createClusterApi(deps, {
      startedAt,
      natsVersion: () => link.server.version,
      durability: () => link.server.durability,
      httpAddress: () => httpAddress,
      eventLogSequence: () => log.lastSequence,
    }),
  };

  const server = createGrpcServer({
    api,
    work: sessions.accept,
    reflection: config.reflection,
    clock,
    logger,
    now: () => performance.now(),
    onFinished: (method, code, seconds, unary) => {
      metrics.increment('tickwork_grpc_requests_total', { method, code: String(code) });
      if (unary) metrics.observe('tickwork_grpc_request_seconds', seconds, { method });
    },
  });
  lifecycle.add('gRPC server', server.close);
  const { allowedHosts, staticRoot } = config;
  const gateway = createGateway({
    api,
    metrics: metrics.expose,
    ready: () => serving,
    allowedHosts,
    ...(staticRoot === undefined ? {} : { staticRoot }),
    logger,
  });
  lifecycle.add('gateway', gateway.close);

  const background = [
    ingest({
      records,
      ledger,
      receipt: sessions.receipt,
      onSettled: (settled, seconds) => countSettled(metrics, settled, seconds),
      clock,
      logger,
    }, ending.signal),
    sessions.reap(ending.signal),
  ];
  // Until the race below looks at them; a start that fails before it has its own error to tell.
  for (const loop of background) loop.catch(() => undefined);
  lifecycle.add('background', async () => void (await Promise.allSettled(background)));
  lifecycle.add('readiness', async () => {
    serving = false;
    server.setServing(false);
    ending.abort();
    // Now and not in its turn: ingestion would wait for a log that does not answer.
    await ledger.close();
  });

  const { port: httpPort } = await gateway.listen(config.httpHost, config.httpPort);
  httpAddress = `http://${config.httpHost}:${httpPort}`;
  const grpcPort = await server.listen(config.grpcHost, config.grpcPort);
  server.setServing(true);
  serving = true;
  logger.info({ grpc: `${config.grpcHost}:${grpcPort}`, http: httpAddress }, 'serving');
  onReady?.({ grpc: `${config.grpcHost}:${grpcPort}`, http: httpAddress });

  await Promise.race([aborted(signal), ledger.failed, ...background.map(unlessEnding)]);

  /** A background loop that stops by itself has failed; at the end it may. */
  async function unlessEnding(loop: Promise<void>): Promise<void> {
    // What ended the ledger says more than that it has ended.
    await loop.catch((error: unknown) => (error instanceof TickworkError && error.code === 'NOT_READY' ? ledger.failed : Promise.reject(error)));
    if (!ending.signal.aborted) throw new Error('Expected the background loops to run until the end, got one that stopped.');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
