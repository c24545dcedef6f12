import { grpcStatusName } from '../proto/grpc-status.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Limits } from './access/limits.ts';
import type { Access } from './access/open-access.ts';
import type { Api } from './api/api.ts';
import type { CoordinatorConfig } from './config.ts';
import { createGateway } from './gateway/gateway.ts';
import { createGrpcServer } from './grpc/server.ts';
import { contextOf } from './grpc/server-tls.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { AcceptWork } from './sessions/work-connection.ts';

export interface ServingDeps {
  readonly config: Pick<
    CoordinatorConfig,
    'grpcHost' | 'grpcPort' | 'httpHost' | 'httpPort' | 'reflection' | 'allowedHosts' | 'staticRoot'
  >;
  readonly api: Api;
  readonly work: AcceptWork;
  readonly access: Access;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The two ways in, gRPC and HTTP, ready or not ready together. */
export interface Serving {
  /** @returns `host:port` of gRPC, the URL of the page. @throws TickworkError CONFIG_INVALID when an address is taken. */
  listen(): Promise<{ readonly grpc: string; readonly http: string }>;
  /** Health checks of both answer accordingly. */
  setReady(ready: boolean): void;
  /** Streams end, calls under way get a moment. Idempotent. */
  close(): Promise<void>;
}

export function createServing(deps: ServingDeps): Serving {
  const { config, api, work, access, limits, metrics, clock, logger } = deps;
  const { guard } = access;
  const certificate = access.certificate();
  const { grpcHost, grpcPort, httpHost, httpPort, reflection, allowedHosts, staticRoot } = config;
  let ready = false;
  const server = createGrpcServer({
    api,
    work,
    reflection,
    guard,
    limits,
    ...(certificate ? { tls: certificate } : {}),
    clock,
    logger,
    now: () => performance.now(),
    onFinished: (method, code, seconds, unary) => {
      metrics.increment('tickwork_grpc_requests_total', { method, code: grpcStatusName(code) });
      if (unary) metrics.observe('tickwork_grpc_request_seconds', seconds, { method });
    },
  });
  const gateway = createGateway({
    api,
    metrics: metrics.expose,
    ready: () => ready,
    allowedHosts,
    guard,
    limits,
    ...(certificate ? { tls: contextOf(certificate) } : {}),
    ...(staticRoot === undefined ? {} : { staticRoot }),
    logger,
  });

  access.onCertificate((next) => {
    server.reload(next);
    gateway.reload(contextOf(next));
  });

  return {
    async listen() {
      const http = await gateway.listen(httpHost, httpPort);
      const grpc = await server.listen(grpcHost, grpcPort);
      return { grpc: `${grpcHost}:${grpc}`, http: `${certificate ? 'https' : 'http'}://${httpHost}:${http.port}` };
    },
    setReady(next) {
      ready = next;
      server.setServing(next);
    },
    async close() {
      await gateway.close();
      await server.close();
    },
  };
}
