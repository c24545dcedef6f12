import { LIMITS, type Limits } from '../../coordinator/access/limits.ts';
import { openAccess } from '../../coordinator/access/open-access.ts';
import { createGateway } from '../../coordinator/gateway/gateway.ts';
import { createGrpcServer } from '../../coordinator/grpc/server.ts';
import { contextOf } from '../../coordinator/grpc/server-tls.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { demoMoment } from './demo-moment.ts';
import { createScriptedApi, type ScriptedApi } from './scripted-api.ts';

/** Both carriers over a scripted API, asking for credentials as a coordinator does. */
export interface GuardedServers extends AsyncDisposable {
  readonly grpc: string;
  readonly httpPort: number;
  readonly api: ScriptedApi;
  /** SIGHUP. */
  reload(): void;
}

export async function startGuardedServers(
  files: { readonly credentials?: string; readonly tokens?: string },
  limits: Partial<Limits> = {},
): Promise<GuardedServers> {
  const logger = createLogger('guarded', 'silent');
  const all = { ...LIMITS, ...limits };
  const deps = { limits: all, clock: systemClock, now: () => performance.now(), logger };
  const access = openAccess({ ...files, insecure: false, hosts: ['127.0.0.1'] }, deps);
  const certificate = access.certificate();
  const api = createScriptedApi(demoMoment(new Date()));
  const server = createGrpcServer({
    api,
    work: () => ({ onMessage: () => undefined, onClosed: () => undefined }),
    reflection: true,
    guard: access.guard,
    limits: all,
    ...(certificate ? { tls: certificate } : {}),
    clock: systemClock,
    logger,
    now: () => performance.now(),
    onFinished: () => undefined,
  });
  const gateway = createGateway({
    api,
    guard: access.guard,
    limits: all,
    ...(certificate ? { tls: contextOf(certificate) } : {}),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'tickwork_trials 14\n' }),
    ready: () => true,
    logger,
  });
  access.onCertificate((next) => {
    server.reload(next);
    gateway.reload(contextOf(next));
  });
  const grpc = await server.listen('127.0.0.1', 0);
  const http = await gateway.listen('127.0.0.1', 0);
  server.setServing(true);
  return {
    grpc: `127.0.0.1:${grpc}`,
    httpPort: http.port,
    api,
    reload: access.reload,
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await server.close();
    },
  };
}
