import type { IncomingMessage } from 'node:http';
import { sweepName, workerName } from '../../proto/resource-names.ts';
import type { Action } from '../access/permissions.ts';
import type { Api } from '../api/api.ts';
import type { CallContext } from '../api/call-context.ts';
import type { DownloadChunk } from './download.ts';
import { parseQuery, readJsonBody } from './request-input.ts';
import * as schemas from './request-schemas.ts';
import { compilePattern, type PathMatch } from './route-pattern.ts';
import type { ServerSentEvent } from './server-sent-events.ts';
import type { ToJson } from './wire-json.ts';

/** What a route answers; `send-reply.ts` turns it into bytes. */
export type Reply =
  | { readonly kind: 'text'; readonly status: number; readonly contentType: string; readonly body: string }
  | { readonly kind: 'events'; readonly events: AsyncIterable<ServerSentEvent> }
  | { readonly kind: 'download'; readonly chunks: AsyncIterable<DownloadChunk> };

export interface RouteCall extends CallContext {
  readonly request: IncomingMessage;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export interface Route {
  /** Who may ask: the row of the one table. */
  readonly action: Action;
  readonly method: 'GET' | 'POST';
  readonly match: PathMatch;
  /** False for endless or one-way answers, which have no HEAD. */
  readonly head: boolean;
  reply(call: RouteCall): Promise<Reply>;
}

/** The whole JSON API, one entry for each RPC. `json` makes the encoder of a message by its name. */
export function apiRoutes(api: Api, json: (messageName: string) => ToJson): readonly Route[] {
  const sweep = json('Sweep');
  const table = json('Table');
  const watchSweep = json('WatchSweepResponse');

  return [
    get('GetStatus', '/api/v1/status', json('ClusterStatus'), async (call) => {
      parseQuery(schemas.noQuery, call.query);
      return api.getStatus({}, call);
    }),
    get('ListWorkers', '/api/v1/workers', json('ListWorkersResponse'), async (call) =>
      api.listWorkers(parseQuery(schemas.pageQuery, call.query), call),
    ),
    post('DrainWorker', '/api/v1/workers/{worker}:drain', json('Worker'), async (call) => {
      await readJsonBody(schemas.emptyBody, call.request);
      return api.drainWorker({ name: workerName(call.params['worker'] ?? '') }, call);
    }),
    get('ListSweeps', '/api/v1/sweeps', json('ListSweepsResponse'), async (call) =>
      api.listSweeps(parseQuery(schemas.pageQuery, call.query), call),
    ),
    post('SubmitSweep', '/api/v1/sweeps', sweep, async (call) =>
      api.submitSweep(await readJsonBody(schemas.submitBody, call.request), call),
    ),
    post('PlanSweep', '/api/v1/sweeps:plan', json('SweepPlan'), async (call) =>
      api.planSweep(await readJsonBody(schemas.planBody, call.request), call),
    ),
    get('GetSweep', '/api/v1/sweeps/{sweep}', sweep, async (call) => {
      parseQuery(schemas.noQuery, call.query);
      return api.getSweep({ name: parentOf(call) }, call);
    }),
    post('EditSweep', '/api/v1/sweeps/{sweep}:edit', json('SweepEdit'), async (call) =>
      api.editSweep({ ...(await readJsonBody(schemas.editBody, call.request)), name: parentOf(call) }, call),
    ),
    post('CancelSweep', '/api/v1/sweeps/{sweep}:cancel', sweep, async (call) =>
      api.cancelSweep({ ...(await readJsonBody(schemas.requestBody, call.request)), name: parentOf(call) }, call),
    ),
    post('PauseSweep', '/api/v1/sweeps/{sweep}:pause', sweep, async (call) =>
      api.pauseSweep({ ...(await readJsonBody(schemas.requestBody, call.request)), name: parentOf(call) }, call),
    ),
    post('ResumeSweep', '/api/v1/sweeps/{sweep}:resume', sweep, async (call) =>
      api.resumeSweep({ ...(await readJsonBody(schemas.requestBody, call.request)), name: parentOf(call) }, call),
    ),
    post('RetryFailed', '/api/v1/sweeps/{sweep}:retryFailed', sweep, async (call) =>
      api.retryFailed({ ...(await readJsonBody(schemas.retryBody, call.request)), name: parentOf(call) }, call),
    ),
    get('GetTrial', '/api/v1/sweeps/{sweep}/trials/{cell}', json('Trial'), async (call) => {
      parseQuery(schemas.noQuery, call.query);
      return api.getTrial({ name: `${parentOf(call)}/trials/${call.params['cell']}` }, call);
    }),
    get('ListTrials', '/api/v1/sweeps/{sweep}/trials', json('ListTrialsResponse'), async (call) =>
      api.listTrials({ ...parseQuery(schemas.trialsQuery, call.query), parent: parentOf(call) }, call),
    ),
    get('ListReports', '/api/v1/sweeps/{sweep}/reports', json('ListReportsResponse'), async (call) =>
      api.listReports({ ...parseQuery(schemas.pageQuery, call.query), parent: parentOf(call) }, call),
    ),
    get('GetTable', '/api/v1/sweeps/{sweep}/table', table, async (call) =>
      api.getTable({ ...parseQuery(schemas.tableQuery, call.query), parent: parentOf(call) }, call),
    ),
    stream('ExportTable', '/api/v1/sweeps/{sweep}/table:export', async (call) => {
      const { format, allowIncomplete, ...query } = parseQuery(schemas.exportQuery, call.query);
      const request = {
        table: { ...query, parent: parentOf(call), pageSize: 0, pageToken: '' },
        format,
        allowIncomplete,
      };
      return { kind: 'download', chunks: api.exportTable(request, call) };
    }),
    stream('WatchSweep', '/api/v1/sweeps/{sweep}:watch', async (call) => {
      const request = { ...parseQuery(schemas.watchQuery, call.query), name: parentOf(call) };
      const messages = api.watchSweep(request, call);
      return { kind: 'events', events: toEvents(messages, watchSweep, (message) => message.sweep?.revision) };
    }),
    stream('WatchTable', '/api/v1/sweeps/{sweep}/table:watch', async (call) => {
      const { minIntervalMs, ...query } = parseQuery(schemas.watchTableQuery, call.query);
      const messages = api.watchTable({ table: { ...query, parent: parentOf(call) }, minIntervalMs }, call);
      return { kind: 'events', events: toEvents(messages, table, (message) => message.revision) };
    }),
  ];
}

const parentOf = (call: RouteCall): string => sweepName(call.params['sweep'] ?? '');

type Answer = (call: RouteCall) => Promise<object>;

function get(action: Action, template: string, encode: ToJson, answer: Answer): Route {
  return {
    action,
    method: 'GET',
    match: compilePattern(template),
    head: true,
    reply: async (call) => jsonReply(encode(await answer(call))),
  };
}

function post(action: Action, template: string, encode: ToJson, answer: Answer): Route {
  return {
    action,
    method: 'POST',
    match: compilePattern(template),
    head: false,
    reply: async (call) => jsonReply(encode(await answer(call))),
  };
}

function stream(action: Action, template: string, reply: Route['reply']): Route {
  return { action, method: 'GET', match: compilePattern(template), head: false, reply };
}

export function jsonReply(body: unknown, status = 200): Reply {
  return { kind: 'text', status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

async function* toEvents<Message extends object>(
  messages: AsyncIterable<Message>,
  encode: ToJson,
  revision: (message: Message) => unknown,
): AsyncGenerator<ServerSentEvent> {
  for await (const message of messages)
    yield { id: String(revision(message) ?? 0), data: JSON.stringify(encode(message)) };
}
