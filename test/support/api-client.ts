import { type Client, credentials, type ServiceError } from '@grpc/grpc-js';
import type { Api } from '../../coordinator/api/api.ts';
import { loadTickworkProto } from '../../proto/load.ts';

/** The API as a client sees it: over a real channel, plain requests may leave fields out. */
type Call<Method> = Method extends (request: infer Request, call: never) => Promise<infer Response>
  ? (request: Partial<Request>) => Promise<Output<Response>>
  : never;

/** What arrives has every field that has a default; tests look at what they name. */
// biome-ignore lint/suspicious/noExplicitAny: the generated output types are spelled per message; tests assert on shapes.
type Output<_> = any;

type UnaryName =
  | 'planSweep'
  | 'submitSweep'
  | 'getSweep'
  | 'listSweeps'
  | 'editSweep'
  | 'cancelSweep'
  | 'pauseSweep'
  | 'resumeSweep'
  | 'retryFailed'
  | 'getTrial'
  | 'listTrials'
  | 'ask'
  | 'tellPruned'
  | 'endSearch'
  | 'getTable'
  | 'listReports'
  | 'listWorkers'
  | 'drainWorker'
  | 'getStatus';

type StreamName = 'watchSweep' | 'watchOutcomes' | 'watchTable' | 'exportTable';

export type ApiClient = { readonly [Name in UnaryName]: Call<Api[Name]> } & {
  stream(method: StreamName, request: object): AsyncIterable<Output<unknown>>;
  close(): void;
};

const DEADLINE_MS = 10_000;

const SERVICE_OF: Readonly<
  Record<UnaryName | StreamName, 'SweepService' | 'SearchService' | 'ResultService' | 'ClusterService'>
> = {
  planSweep: 'SweepService',
  submitSweep: 'SweepService',
  getSweep: 'SweepService',
  listSweeps: 'SweepService',
  watchSweep: 'SweepService',
  editSweep: 'SweepService',
  cancelSweep: 'SweepService',
  pauseSweep: 'SweepService',
  resumeSweep: 'SweepService',
  retryFailed: 'SweepService',
  getTrial: 'SweepService',
  listTrials: 'SweepService',
  ask: 'SearchService',
  watchOutcomes: 'SearchService',
  tellPruned: 'SearchService',
  endSearch: 'SearchService',
  getTable: 'ResultService',
  watchTable: 'ResultService',
  exportTable: 'ResultService',
  listReports: 'ResultService',
  listWorkers: 'ClusterService',
  drainWorker: 'ClusterService',
  getStatus: 'ClusterService',
};

export function connectApi(address: string): ApiClient {
  const proto = loadTickworkProto();
  const clients: Record<string, Client> = {
    SweepService: new proto.SweepService(address, credentials.createInsecure()),
    SearchService: new proto.SearchService(address, credentials.createInsecure()),
    ResultService: new proto.ResultService(address, credentials.createInsecure()),
    ClusterService: new proto.ClusterService(address, credentials.createInsecure()),
  };
  const methodOf = (name: keyof typeof SERVICE_OF) => {
    const client = clients[SERVICE_OF[name]] as Client & Record<string, (...args: unknown[]) => unknown>;
    return (...args: unknown[]) => (client[name] as (...all: unknown[]) => unknown).apply(client, args);
  };
  const unary = (name: UnaryName) => (request: object) =>
    new Promise((resolve, reject) => {
      methodOf(name)(
        request,
        { deadline: Date.now() + DEADLINE_MS },
        (error: ServiceError | null, response: unknown) => (error ? reject(error) : resolve(response)),
      );
    });
  const calls = Object.fromEntries(
    (Object.keys(SERVICE_OF) as UnaryName[]).map((name) => [name, unary(name)]),
  ) as unknown as Pick<ApiClient, UnaryName>;
  return {
    ...calls,
    stream: (name, request) =>
      methodOf(name)(request, { deadline: Date.now() + 6 * DEADLINE_MS }) as AsyncIterable<unknown>,
    close() {
      for (const client of Object.values(clients)) client.close();
    },
  };
}
