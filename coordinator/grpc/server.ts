import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { loadTickworkDefinition, loadTickworkProto } from '../../proto/load.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Guard } from '../access/guard.ts';
import { type Limits, MAX_MESSAGE_BYTES } from '../access/limits.ts';
import type { ServerCertificate } from '../access/open-access.ts';
import type { Api } from '../api/api.ts';
import type { AcceptWork } from '../sessions/work-connection.ts';
import { createAdmission } from './admission.ts';
import { createCallers } from './callers.ts';
import { createConnections } from './connections.ts';
import { type HandlerDeps, serverStream, unary } from './handlers.ts';
import { ReloadableCredentials } from './server-tls.ts';
import { workStream } from './work-stream.ts';

export interface GrpcServerDeps extends Omit<HandlerDeps, 'shutdown' | 'callers'> {
  readonly api: Api;
  readonly work: AcceptWork;
  readonly reflection: boolean;
  readonly clock: Clock;
  readonly guard: Guard;
  readonly limits: Limits;
  /** Absent: not encrypted, and no certificate is asked for. */
  readonly tls?: ServerCertificate;
}

export interface GrpcServer {
  /** @returns the port taken. @throws TickworkError CONFIG_INVALID when the address cannot be listened on. */
  listen(host: string, port: number): Promise<number>;
  /** Says SERVING, or NOT_SERVING, for every service. */
  setServing(serving: boolean): void;
  /** Shows another certificate to connections from now on; only of a server that has TLS. */
  reload(certificate: ServerCertificate): void;
  /** Not-ready, streams end as UNAVAILABLE, then a bounded wait for unary calls. Idempotent. */
  close(): Promise<void>;
}

const SERVICES = ['SweepService', 'SearchService', 'ResultService', 'WorkerService', 'ClusterService'].map(
  (name) => `tickwork.v1.${name}`,
);
/** For unary calls under way; streams have ended by then, but for those of the health service, which nobody else can end. */
const CLOSE_GRACE_MS = 1_000;

export function createGrpcServer(grpc: GrpcServerDeps): GrpcServer {
  const { api, work, reflection, clock, guard, limits, tls, ...rest } = grpc;
  const shutdown = new AbortController();
  // One listener for each open stream; Node warns of a leak at the eleventh.
  setMaxListeners(0, shutdown.signal);
  const callers = createCallers();
  const deps: HandlerDeps = { ...rest, shutdown: shutdown.signal, callers };
  const proto = loadTickworkProto();
  const credentials = tls ? new ReloadableCredentials(tls) : ServerCredentials.createInsecure();
  const connections = createConnections(limits, (socket) => injector.injectConnection(socket));
  const server = new Server({
    interceptors: [
      createAdmission({
        guard,
        callers,
        connections,
        logger: rest.logger,
        onRefused: (method, code) => rest.onFinished(method, code, 0, false),
      }),
    ],
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_concurrent_streams': limits.callsPerConnection,
    'grpc.enable_channelz': 0,
  });
  const injector = server.createConnectionInjector(credentials);
  server.addService(proto.SweepService.service, {
    planSweep: unary('PlanSweep', deps, api.planSweep),
    submitSweep: unary('SubmitSweep', deps, api.submitSweep),
    getSweep: unary('GetSweep', deps, api.getSweep),
    listSweeps: unary('ListSweeps', deps, api.listSweeps),
    watchSweep: serverStream('WatchSweep', deps, api.watchSweep),
    editSweep: unary('EditSweep', deps, api.editSweep),
    cancelSweep: unary('CancelSweep', deps, api.cancelSweep),
    pauseSweep: unary('PauseSweep', deps, api.pauseSweep),
    resumeSweep: unary('ResumeSweep', deps, api.resumeSweep),
    retryFailed: unary('RetryFailed', deps, api.retryFailed),
    getTrial: unary('GetTrial', deps, api.getTrial),
    listTrials: unary('ListTrials', deps, api.listTrials),
  });
  server.addService(proto.SearchService.service, {
    ask: unary('Ask', deps, api.ask),
    watchOutcomes: serverStream('WatchOutcomes', deps, api.watchOutcomes),
    tellPruned: unary('TellPruned', deps, api.tellPruned),
    endSearch: unary('EndSearch', deps, api.endSearch),
  });
  server.addService(proto.ResultService.service, {
    getTable: unary('GetTable', deps, api.getTable),
    watchTable: serverStream('WatchTable', deps, api.watchTable),
    exportTable: serverStream('ExportTable', deps, api.exportTable),
    listReports: unary('ListReports', deps, api.listReports),
  });
  server.addService(proto.ClusterService.service, {
    listWorkers: unary('ListWorkers', deps, api.listWorkers),
    drainWorker: unary('DrainWorker', deps, api.drainWorker),
    getStatus: unary('GetStatus', deps, api.getStatus),
  });
  server.addService(proto.WorkerService.service, { work: workStream('Work', deps, work) });
  const health = new HealthImplementation(Object.fromEntries(['', ...SERVICES].map((name) => [name, 'NOT_SERVING'])));
  health.addToServer(server);
  if (reflection) new ReflectionService(loadTickworkDefinition()).addToServer(server);

  let served = false;
  function setServing(serving: boolean): void {
    if (serving === served) return;
    served = serving;
    for (const name of ['', ...SERVICES]) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  }

  let closed: Promise<void> | undefined;
  return {
    listen: connections.listen,
    setServing,
    reload(next) {
      if (credentials instanceof ReloadableCredentials) credentials.reload(next);
    },
    close() {
      closed ??= (async () => {
        setServing(false);
        connections.stop();
        shutdown.abort();
        const done = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
        const grace = new AbortController();
        await Promise.race([done, clock.sleep(CLOSE_GRACE_MS, grace.signal)]);
        grace.abort();
        server.forceShutdown();
        connections.cut();
      })();
      return closed;
    },
  };
}
