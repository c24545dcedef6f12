import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../runtime/logger.ts';
import type { Guard } from '../access/guard.ts';
import { HttpRefusal, httpFailure } from './http-errors.ts';
import { requestCredentials } from './request-credentials.ts';
import type { Route } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { sendFailure, sendFile, sendReply } from './send-reply.ts';
import type { StaticFiles } from './static-files.ts';

export interface HandlerDeps {
  /** Answered under any host name. */
  readonly probes: readonly Route[];
  readonly routes: readonly Route[];
  readonly files: StaticFiles | undefined;
  readonly guard: Guard;
  readonly isAllowedHost: (hostHeader: string | undefined) => boolean;
  readonly heartbeatMs: number;
  readonly logger: Logger;
}

/** @returns handles one request to its end; never rejects. `signal` aborts when its client has gone or the gateway closes. */
export function createRequestHandler(deps: HandlerDeps) {
  return async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> => {
    try {
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
      await answer(deps, request, response, signal);
    } catch (error) {
      const failure = httpFailure(error);
      if (failure.unexpected)
        deps.logger.error({ err: error, method: request.method, url: request.url }, 'a request failed');
      if (response.headersSent) response.destroy();
      else sendFailure(response, failure);
    } finally {
      // What is left of a refused body must still be read, or the client never sees the refusal.
      request.resume();
    }
  };
}

async function answer(
  deps: HandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const method = request.method ?? '';
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') throw notAllowed(method, ['GET', 'HEAD', 'POST']);
  const [path, query] = splitTarget(request.url ?? '');
  const probe = findRoute(deps.probes, method, path);
  if (!probe && !deps.isAllowedHost(request.headers.host)) {
    throw new HttpRefusal(
      421,
      `Expected the Host header to be a known name, got ${JSON.stringify(request.headers.host ?? '')}. ` +
        'Use the address, or start the coordinator with this name among its allowed hosts.',
    );
  }
  const found = probe ?? findRoute(deps.routes, method, path);
  const peer = request.socket.remoteAddress ?? '';
  const { identity, revoked, release } = deps.guard.admit(
    found?.route.action ?? 'Page',
    requestCredentials(request),
    peer,
  );
  response.once('close', release);
  if (found) {
    const either = AbortSignal.any([signal, revoked]);
    const reply = await found.route.reply({ request, params: found.params, query, signal: either, identity });
    return sendReply(response, reply, { signal: either, heartbeatMs: deps.heartbeatMs, logger: deps.logger });
  }
  if (path === '/api' || path.startsWith('/api/'))
    throw notFound(path, 'The API is under /api/v1/sweeps, /api/v1/workers and /api/v1/status.');
  if (method === 'POST') throw notAllowed(method, ['GET', 'HEAD']);
  const file = deps.files?.(path);
  if (!file) throw notFound(path, deps.files ? '' : 'The dashboard is not built: run npm run build.');
  sendFile(request, response, file);
}

/** By hand, because URL parsing would resolve `..` and `//host` before anybody has looked. */
function splitTarget(url: string): readonly [path: string, query: URLSearchParams] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, new URLSearchParams()] : [url.slice(0, mark), new URLSearchParams(url.slice(mark + 1))];
}

/** @throws HttpRefusal 405 when the path has routes but none for this method. */
function findRoute(routes: readonly Route[], method: string, path: string) {
  const allowed: string[] = [];
  for (const route of routes) {
    const params = route.match(path);
    if (!params) continue;
    if (route.method === method || (method === 'HEAD' && route.head)) return { route, params };
    allowed.push(route.method, ...(route.head ? ['HEAD'] : []));
  }
  if (allowed.length > 0) throw notAllowed(method, allowed);
  return undefined;
}

function notAllowed(method: string, allowed: readonly string[]): HttpRefusal {
  const list = allowed.join(', ');
  return new HttpRefusal(405, `Expected the method to be ${list}, got ${JSON.stringify(method)}.`, { allow: list });
}

function notFound(path: string, advice: string): HttpRefusal {
  return new HttpRefusal(404, `Expected a path of this server, got ${JSON.stringify(path)}. ${advice}`.trim());
}
