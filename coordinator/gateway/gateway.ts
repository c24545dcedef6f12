import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { TickworkError } from '../../core/errors.ts';
import { loadTickworkDefinition } from '../../proto/load.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Guard } from '../access/guard.ts';
import type { Limits } from '../access/limits.ts';
import type { Api } from '../api/api.ts';
import { createHostCheck } from './allowed-host.ts';
import { type Probes, probeRoutes } from './probe-routes.ts';
import { createRequestHandler } from './request-handler.ts';
import { apiRoutes } from './routes.ts';
import { loadStaticFiles } from './static-files.ts';
import { createWireJson } from './wire-json.ts';

const TIMES = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
};
const HEARTBEAT_MS = 15_000;
/** How long close() waits for answers under way before it cuts their connections, ms. */
const CLOSE_GRACE_MS = 2_000;

export interface GatewayOptions extends Probes {
  readonly api: Api;
  /** Folder of the built dashboard; without it only the API is served. */
  readonly staticRoot?: string;
  /** Names beside `localhost` and literal addresses under which browsers may reach the page, without port. */
  readonly allowedHosts?: readonly string[];
  /** Between keep-alive comments of event streams, ms. */
  readonly heartbeatMs?: number;
  readonly guard: Guard;
  readonly limits: Pick<Limits, 'connections'>;
  /** Serves HTTPS; clients that have a certificate of its authority may show it. Absent: plain HTTP. */
  readonly tls?: SecureContextOptions;
  readonly logger: Logger;
}

export interface Gateway {
  /** @param port 0 takes a free one. @throws TickworkError CONFIG_INVALID when the address cannot be listened on. */
  listen(host: string, port: number): Promise<{ readonly port: number }>;
  /** Shows another certificate to connections from now on; only of a gateway that has TLS. */
  reload(tls: SecureContextOptions): void;
  /** Takes no more requests, ends event streams (their clients come again), waits for the rest. Idempotent. */
  close(): Promise<void>;
}

/** The HTTP gateway over an API. Opens nothing before listen(). */
export function createGateway(options: GatewayOptions): Gateway {
  const { logger, staticRoot } = options;
  const files = staticRoot === undefined ? undefined : loadStaticFiles(staticRoot);
  if (staticRoot !== undefined && !files)
    logger.warn({ staticRoot }, 'the dashboard is not built; only the API is served');
  const handle = createRequestHandler({
    probes: probeRoutes(options),
    routes: apiRoutes(options.api, createWireJson(loadTickworkDefinition())),
    files,
    guard: options.guard,
    isAllowedHost: createHostCheck(options.allowedHosts ?? []),
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    logger,
  });

  const connections = new Set<Socket>();
  const active = new Map<ServerResponse, AbortController>();
  let closed: Promise<void> | undefined;

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const abort = new AbortController();
    active.set(response, abort);
    // A client that leaves in the middle is no error of ours; 'close' follows and aborts.
    response.on('error', (error) => logger.debug({ err: error }, 'a connection broke'));
    response.on('close', () => {
      active.delete(response);
      abort.abort();
      if (closed) request.socket.end();
    });
    void handle(request, response, abort.signal);
  };
  const server = options.tls
    ? // Browsers show a certificate only if they have one; who may do what is for the guard to say.
      createTlsServer(
        { ...TIMES, ...options.tls, requestCert: true, rejectUnauthorized: false, handshakeTimeout: 10_000 },
        onRequest,
      )
    : createServer(TIMES, onRequest);
  server.maxConnections = options.limits.connections;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });

  async function close(): Promise<void> {
    if (!server.listening) return;
    const finished = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const abort of active.values()) abort.abort();
    // Browsers open connections ahead of need; closeIdleConnections() keeps those that have not yet asked anything.
    const busy = new Set([...active.keys()].map((response) => response.socket));
    for (const socket of connections) if (!busy.has(socket)) socket.destroy();
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    await finished;
    clearTimeout(cut);
  }

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', (cause: NodeJS.ErrnoException) => {
          const message = `Expected ${host}:${port} to be free for HTTP, got ${cause.code ?? cause.message}. Choose another port.`;
          reject(new TickworkError('CONFIG_INVALID', message, { cause }));
        });
        server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), () =>
          resolve({ port: (server.address() as AddressInfo).port }),
        );
      }),
    reload(tls) {
      if (server instanceof TlsServer) server.setSecureContext(tls);
    },
    close: () => (closed ??= close()),
  };
}
