import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { TickworkError } from '../core/errors.ts';
import { createCostModel } from '../core/networks/cost.ts';
import { natsSecurity } from '../proto/credentials/nats-security.ts';
import { SOFTWARE_VERSION } from '../proto/protocol-version.ts';
import { natsNames } from '../proto/subjects.ts';
import { type Clock, createSteadyClock, systemClock } from '../runtime/clock.ts';
import { createLifecycle } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { LIMITS } from './access/limits.ts';
import { openAccess } from './access/open-access.ts';
import { openDuckDbResultStore } from './adapters/duckdb/result-store.ts';
import { connectNats } from './adapters/nats/connection.ts';
import { openNatsEventLog } from './adapters/nats/event-log.ts';
import { openNatsLeaderKey } from './adapters/nats/leader-key.ts';
import { createNatsRecordOutlet } from './adapters/nats/record-outlet.ts';
import { openNatsRecordStream } from './adapters/nats/record-stream.ts';
import { createApi } from './api/create-api.ts';
import { runInBackground } from './background.ts';
import { type CoordinatorConfig, MAX_CALLS_PER_SECOND } from './config.ts';
import { type IngestionDeps, ingest } from './ingestion/ingest.ts';
import { createElection } from './leadership/election.ts';
import { readStateIdentity, writeStateIdentity } from './leadership/state-identity.ts';
import { takeLeadership } from './leadership/take-leadership.ts';
import { createLedger } from './ledger/ledger.ts';
import { createMetrics } from './metrics/metrics.ts';
import { countReceived, countSettled, wireMetrics } from './metrics/wiring.ts';
import { createHolds } from './reuse/holds.ts';
import { createReuse } from './reuse/reuse.ts';
import { createServing } from './serving.ts';
import { createClusterSessions } from './sessions/cluster-sessions.ts';
import { openSnapshotFolder } from './snapshots/snapshot-folder.ts';
import { createSnapshotter } from './snapshots/snapshotter.ts';

export interface RunCoordinatorOptions {
  /** Shuts the coordinator down in order. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Told how to have the credentials read again; call that at SIGHUP. */
  readonly onReloadable?: (reload: () => void) => void;
  /** Called once everything is served. */
  readonly onReady?: (addresses: { readonly grpc: string; readonly http: string }) => void;
}

/**
 * Runs a coordinator until `signal` aborts or its leadership is lost; one that stands by does so again when it was replaced.
 * @throws TickworkError as lead().
 */
export async function runCoordinator(config: CoordinatorConfig, options: RunCoordinatorOptions): Promise<void> {
  for (;;) {
    try {
      return await lead(config, options);
    } catch (error) {
      const replaced = error instanceof TickworkError && error.code === 'LOG_CONFLICT';
      if (!config.standby || !replaced || options.signal.aborted) throw error;
      options.logger.warn({ err: error }, 'replaced');
    }
  }
}

/**
 * One leadership, with the wait for it. Order of acquisition, and so, backwards, of release:
 * table, NATS, log (replayed, leadership taken), ledger, sessions, reuse, gRPC and gateway, ingestion and reaping. At the end not-ready
 * comes first of all, and with it the end of deciding.
 * @throws TickworkError INSECURE_ADDRESS, CERTIFICATE_INVALID, STATE_DIRECTORY_IN_USE, NATS_UNREACHABLE, CONFIG_INVALID at the start; LOG_CONFLICT when another
 * coordinator has taken over.
 */
async function lead(config: CoordinatorConfig, options: RunCoordinatorOptions): Promise<void> {
  const { signal, logger, clock = systemClock, random = Math.random, onReady } = options;
  // Leases last as long as they say, whatever is done to the machine's clock.
  const steadyClock = options.clock ?? createSteadyClock();
  await using lifecycle = createLifecycle();
  const startedAt = clock.now();

  const { callsPerSecond: perSecond } = config;
  const rate = perSecond === undefined ? undefined : { perSecond, burst: 2 * perSecond };
  const limits = rate
    ? { ...LIMITS, rate, heavyRate: perSecond === MAX_CALLS_PER_SECOND ? rate : LIMITS.heavyRate }
    : LIMITS;
  const access = openAccess(
    { ...config, hosts: [config.grpcHost, config.httpHost] },
    { limits, clock, now: () => performance.now(), logger },
  );
  options.onReloadable?.(access.reload);
  // Before anything else is touched: a second coordinator on this directory must not touch anything else.
  const store = await openDuckDbResultStore({ stateDirectory: config.stateDir });
  lifecycle.add('table', store.close);
  const link = await connectNats({
    servers: config.natsServers,
    name: `tickwork coordinator ${config.namespace}`,
    security: natsSecurity(config.natsServers, access.program ?? {}),
    logger,
    clock,
    random,
  });
  lifecycle.add('NATS', link.close);
  const nats = { link, names: natsNames(config.namespace), clock, random, logger, replicas: config.replicas };
  const log = await openNatsEventLog({ ...nats, writerId: randomUUID() });
  lifecycle.add('event log', log.close);
  const identity = await readStateIdentity(config.stateDir);
  const snapshots = await openSnapshotFolder(config.stateDir, logger);
  const processId = randomUUID();
  const key = await openNatsLeaderKey(nats);
  const takeover = await takeLeadership({
    election: createElection({
      ...{
        key,
        holder: identity.id,
        process: processId,
        clock: steadyClock,
        leaseMs: config.leadershipLeaseMs,
        logger,
      },
    }),
    standby: config.standby,
    identity,
    saveIdentity: (changed) => writeStateIdentity(config.stateDir, changed),
    ...{ log, store, snapshots, clock, logger, signal },
    openRecords: () =>
      openNatsRecordStream({
        ...nats,
        tableId: identity.id,
        boundSubjects: access.program?.natsSeed !== undefined,
      }),
    holder: `${hostname()}:${process.pid}`,
  });
  if (takeover === undefined) return;
  const { state, adopted, leadership, records, tookMs } = takeover;
  lifecycle.add('leadership', leadership.release);
  lifecycle.add('record stream', records.close);
  const replaySeconds = tookMs / 1000;
  logger.info({ epoch: state.epoch, sweeps: state.sweeps.size, adopted, replaySeconds }, 'leading');

  const costOf = createCostModel();
  const holds = createHolds();
  const heldBack = holds.isHeld;
  const ledger = createLedger({ initial: state, log, store, clock, random, costOf, heldBack, logger });
  const snapshotter = createSnapshotter({ ledger, log, folder: snapshots, clock, logger });
  lifecycle.add('snapshots', snapshotter.close);
  lifecycle.add('ledger', ledger.close);
  const metrics = createMetrics();
  metrics.set('tickwork_replay_seconds', replaySeconds);
  const sessions = createClusterSessions({
    ledger,
    store,
    clock: steadyClock,
    newLeaseId: randomUUID,
    leaseDurationMs: config.leaseDurationMs,
    heartbeatIntervalMs: config.heartbeatIntervalMs,
    welcome: {
      natsServers: [...(config.advertisedNatsServers ?? config.natsServers)],
      natsNamespace: config.namespace,
      coordinatorVersion: SOFTWARE_VERSION,
    },
    canDecide: () => link.connected,
    heldBack,
    onAssigned: (waitMs) => metrics.observe('tickwork_lease_wait_seconds', waitMs / 1000),
    onExpired: () => metrics.increment('tickwork_leases_expired_total'),
    logger,
  });
  wireMetrics({ metrics, ledger, log, store, sessions, natsConnected: () => link.connected, clock: steadyClock });

  const outlet = createNatsRecordOutlet(nats);
  const reuse = createReuse({ ledger, store, outlet, holds, onReleased: sessions.released, clock, logger });
  lifecycle.add('reuse', reuse.close);

  let httpAddress = '';
  const facts = {
    startedAt,
    natsVersion: () => link.server.version,
    durability: () => link.server.durability,
    httpAddress: () => httpAddress,
    eventLogSequence: () => log.lastSequence,
  };
  const api = createApi({ ledger, store, sessions, clock: steadyClock, costOf, facts });
  const serving = createServing({ config, api, work: sessions.accept, access, limits, metrics, clock, logger });
  lifecycle.add('serving', serving.close);

  const ingestion: IngestionDeps = {
    ...{ records, ledger, receipt: sessions.receipt, clock, logger },
    onReceived: (batch) => countReceived(metrics, batch),
    onSettled: (settled, seconds) => countSettled(metrics, settled, seconds),
  };
  const background = runInBackground(
    [(ending) => ingest(ingestion, ending), sessions.reap, reuse.run, access.watch],
    ledger.failed,
  );
  lifecycle.add('background', () => background.ended);
  lifecycle.add('readiness', async () => {
    serving.setReady(false);
    background.stop();
    // Now and not in its turn: ingestion would wait for a log that does not answer.
    await ledger.close();
  });

  const addresses = await serving.listen();
  httpAddress = addresses.http;
  serving.setReady(true);
  logger.info(addresses, 'serving');
  onReady?.(addresses);
  await Promise.race([aborted(signal), ledger.failed, background.failed, leadership.lost]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
