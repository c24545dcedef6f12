import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { TickworkError } from '../../core/errors.ts';
import { loadTickworkDefinition, loadTickworkProto } from '../../proto/load.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Api } from '../api/api.ts';
import type { AcceptWork } from '../sessions/work-connection.ts';
import { createCallIdentities } from './call-identity.ts';
import { type HandlerDeps, serverStream, unary } from './handlers.ts';
import { workStream } from './work-stream.ts';

export interface GrpcServerDeps extends Omit<HandlerDeps, 'shutdown' | 'identities'> {
  readonly api: Api;
  readonly work: AcceptWork;
  readonly reflection: boolean;
  readonly clock: Clock;
}

export interface GrpcServer {
  /** @returns the port taken. @throws TickworkError CONFIG_INVALID when the address cannot be listened on. */
  listen(host: string, port: number): Promise<number>;
  /** Says SERVING, or NOT_SERVING, for every service. */
  setServing(serving: boolean): void;
  /** Not-ready, streams end as UNAVAILABLE, then a bounded wait for unary calls. Idempotent. */
  close(): Promise<void>;
}

const SERVICES = ['SweepService', 'SearchService', 'ResultService', 'WorkerService', 'ClusterService'].map(
  (name) => `tickwork.v1.${name}`,
);
/** For unary calls under way; streams have ended by then, but for those of the health service, which nobody else can end. */
const CLOSE_GRACE_MS = 1_000;
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export function createGrpcServer({ api, work, reflection, clock, ...rest }: GrpcServerDeps): GrpcServer {
  const shutdown = new AbortController();
  // One listener for each open stream; Node warns of a leak at the eleventh.
  setMaxListeners(0, shutdown.signal);
  const deps: HandlerDeps = { ...rest, shutdown: shutdown.signal, identities: createCallIdentities() };
  const proto = loadTickworkProto();
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_concurrent_streams': 200,
    'grpc.enable_channelz': 0,
  });
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
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
          if (!error) return resolve(bound);
          reject(
            new TickworkError(
              'CONFIG_INVALID',
              `Expected to listen on ${host}:${port} for gRPC, got: ${error.message}. Choose another port.`,
              { cause: error },
            ),
          );
        });
      }),
    setServing,
    close() {
      closed ??= (async () => {
        setServing(false);
        shutdown.abort();
        const done = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
        const grace = new AbortController();
        await Promise.race([done, clock.sleep(CLOSE_GRACE_MS, grace.signal)]);
        grace.abort();
        server.forceShutdown();
      })();
      return closed;
    },
  };
}
