import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { LIMITS } from '../../coordinator/access/limits.ts';
import { createGateway, type GatewayOptions } from '../../coordinator/gateway/gateway.ts';
import { createLogger } from '../../runtime/logger.ts';
import { demoMoment } from './demo-moment.ts';
import { openGuard } from './open-guard.ts';
import { createScriptedApi, type ScriptedApi } from './scripted-api.ts';
import type { ScriptedWorld } from './vgg-demo-world.ts';

export interface RunningGateway extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  readonly api: ScriptedApi;
  readonly world: ScriptedWorld;
  close(): Promise<void>;
}

export interface RunningGatewayOptions extends Partial<Omit<GatewayOptions, 'api'>> {
  readonly world?: ScriptedWorld;
  /** Free unless given. */
  readonly port?: number;
}

/** A gateway on 127.0.0.1 over the scripted demo. */
export async function startGateway(options: RunningGatewayOptions = {}): Promise<RunningGateway> {
  const { world = demoMoment(new Date()), port: wanted = 0, ...rest } = options;
  const api = createScriptedApi(world);
  const gateway = createGateway({
    api,
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'tickwork_trials 14\n' }),
    ready: () => true,
    guard: openGuard(),
    limits: LIMITS,
    logger: createLogger('gateway-test', 'silent'),
    ...rest,
  });
  const { port } = await gateway.listen('127.0.0.1', wanted);
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    api,
    world,
    close: gateway.close,
    [Symbol.asyncDispose]: gateway.close,
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request exactly as given: fetch() would repair the path and forbid the Host header. */
export function rawRequest(
  port: number,
  options: {
    readonly path: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { path, method = 'GET', headers = {}, body } = options;
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
