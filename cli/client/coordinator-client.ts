import { setMaxListeners } from 'node:events';
import {
  type CallOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import { channelSecurity } from '../../proto/credentials/channel-security.ts';
import type { ProgramCredentials } from '../../proto/credentials/credentials-folder.ts';
import type { CancelSweepRequest } from '../../proto/generated/tickwork/v1/CancelSweepRequest.ts';
import type { ClusterStatus__Output } from '../../proto/generated/tickwork/v1/ClusterStatus.ts';
import type { EditSweepRequest } from '../../proto/generated/tickwork/v1/EditSweepRequest.ts';
import type { ExportChunk__Output } from '../../proto/generated/tickwork/v1/ExportChunk.ts';
import type { ExportTableRequest } from '../../proto/generated/tickwork/v1/ExportTableRequest.ts';
import type { GetTableRequest } from '../../proto/generated/tickwork/v1/GetTableRequest.ts';
import type { ListSweepsRequest } from '../../proto/generated/tickwork/v1/ListSweepsRequest.ts';
import type { ListSweepsResponse__Output } from '../../proto/generated/tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsRequest } from '../../proto/generated/tickwork/v1/ListTrialsRequest.ts';
import type { ListTrialsResponse__Output } from '../../proto/generated/tickwork/v1/ListTrialsResponse.ts';
import type { ListWorkersRequest } from '../../proto/generated/tickwork/v1/ListWorkersRequest.ts';
import type { ListWorkersResponse__Output } from '../../proto/generated/tickwork/v1/ListWorkersResponse.ts';
import type { PauseSweepRequest } from '../../proto/generated/tickwork/v1/PauseSweepRequest.ts';
import type { PlanSweepRequest } from '../../proto/generated/tickwork/v1/PlanSweepRequest.ts';
import type { ResumeSweepRequest } from '../../proto/generated/tickwork/v1/ResumeSweepRequest.ts';
import type { RetryFailedRequest } from '../../proto/generated/tickwork/v1/RetryFailedRequest.ts';
import type { SubmitSweepRequest } from '../../proto/generated/tickwork/v1/SubmitSweepRequest.ts';
import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { SweepEdit__Output } from '../../proto/generated/tickwork/v1/SweepEdit.ts';
import type { SweepPlan__Output } from '../../proto/generated/tickwork/v1/SweepPlan.ts';
import type { Table__Output } from '../../proto/generated/tickwork/v1/Table.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { WatchSweepRequest } from '../../proto/generated/tickwork/v1/WatchSweepRequest.ts';
import type { WatchSweepResponse__Output } from '../../proto/generated/tickwork/v1/WatchSweepResponse.ts';
import type { Worker__Output } from '../../proto/generated/tickwork/v1/Worker.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import { mayPass, statusError } from './status-error.ts';

/** The coordinator's public API for a client. Every call throws TickworkError; see status-error.ts. */
export interface CoordinatorClient {
  readonly address: string;
  planSweep(request: PlanSweepRequest): Promise<SweepPlan__Output>;
  submitSweep(request: SubmitSweepRequest): Promise<Sweep__Output>;
  getSweep(name: string): Promise<Sweep__Output>;
  listSweeps(request: ListSweepsRequest): Promise<ListSweepsResponse__Output>;
  editSweep(request: EditSweepRequest): Promise<SweepEdit__Output>;
  cancelSweep(request: CancelSweepRequest): Promise<Sweep__Output>;
  pauseSweep(request: PauseSweepRequest): Promise<Sweep__Output>;
  resumeSweep(request: ResumeSweepRequest): Promise<Sweep__Output>;
  retryFailed(request: RetryFailedRequest): Promise<Sweep__Output>;
  getTrial(name: string): Promise<Trial__Output>;
  listTrials(request: ListTrialsRequest): Promise<ListTrialsResponse__Output>;
  getTable(request: GetTableRequest): Promise<Table__Output>;
  listWorkers(request: ListWorkersRequest): Promise<ListWorkersResponse__Output>;
  drainWorker(name: string): Promise<Worker__Output>;
  getStatus(): Promise<ClusterStatus__Output>;
  /** One connection's worth: ends with an error when the connection does. Not tried again here. */
  watchSweep(request: WatchSweepRequest, signal: AbortSignal): AsyncIterable<WatchSweepResponse__Output>;
  exportTable(request: ExportTableRequest, signal: AbortSignal): AsyncIterable<ExportChunk__Output>;
  close(): void;
}

export interface ClientOptions {
  /** `host:port`, or several with commas between them: of a coordinator and those that stand by for it. */
  readonly address: string;
  /** What the client shows, and whom it trusts. Default: nothing, in the clear. */
  readonly shown?: Pick<ProgramCredentials, 'tls' | 'token'>;
  /** Ends calls and waits; what they throw then is its reason. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long an unreachable coordinator is tried again before a call gives up. */
  readonly patienceMs?: number;
  readonly deadlines?: Partial<Deadlines>;
}

export interface Deadlines {
  /** One attempt of a unary call. */
  readonly unaryMs: number;
  /** An export, from the call to the last chunk. */
  readonly exportMs: number;
  /** A watch; follow-sweep.ts opens the next one. */
  readonly watchMs: number;
}

export const DEADLINES: Deadlines = { unaryMs: 10_000, exportMs: 300_000, watchMs: 600_000 };

const PATIENCE_MS = 3_000;
/** With several coordinators one may take over from another: that takes some seconds. */
const TAKEOVER_PATIENCE_MS = 15_000;
const BACKOFF = { firstMs: 100, capMs: 1_000 };

const CHANNEL_OPTIONS = {
  // A dead peer without a FIN shows after half a minute instead of at the deadline.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // The built-in first wait of 1 s and cap of 120 s are for servers behind load balancers.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // Retries are ours: they must be seen by the caller's patience.
  'grpc.enable_retries': 0,
};

type Unary<Request, Response> = (
  request: Request,
  options: CallOptions,
  done: (error: ServiceError | null, response?: Response) => void,
) => ClientUnaryCall;

/** All unary calls are safe to repeat: the mutating ones carry a request id. */
export function createCoordinatorClient(options: ClientOptions): CoordinatorClient {
  const { address, signal, clock, random } = options;
  // One for each call that is open.
  setMaxListeners(0, signal);
  const addresses = address.split(',');
  const { patienceMs = addresses.length > 1 ? TAKEOVER_PATIENCE_MS : PATIENCE_MS } = options;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const proto = loadTickworkProto();
  const coordinators = addresses.map((each) => {
    const security = channelSecurity(each, options.shown);
    const channel = [each, security.credentials, { ...CHANNEL_OPTIONS, ...security.options }] as const;
    return {
      sweeps: new proto.SweepService(...channel),
      results: new proto.ResultService(...channel),
      cluster: new proto.ClusterService(...channel),
    };
  });
  let current = 0;
  const at = () => coordinators[current] as (typeof coordinators)[number];
  /** Who does not answer, or does not lead, is asked again after the others. */
  const turn = (): void => void (current = (current + 1) % coordinators.length);

  async function unary<Request, Response>(call: Unary<Request, Response>, request: Request): Promise<Response> {
    const giveUpAt = clock.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await attemptUnary(call, request);
      } catch (error) {
        signal.throwIfAborted();
        if (!mayPass(error) || clock.now() >= giveUpAt) throw error;
        turn();
        await clock.sleep(50 + backoffMs(attempt, random(), BACKOFF), signal);
      }
    }
  }

  function attemptUnary<Request, Response>(call: Unary<Request, Response>, request: Request): Promise<Response> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const started = call(request, { deadline: clock.now() + deadlines.unaryMs }, (error, response) => {
        signal.removeEventListener('abort', cancel);
        if (!error) resolve(response as Response);
        else reject(signal.aborted ? signal.reason : statusError(error, address, deadlines.unaryMs));
      });
      const cancel = (): void => started.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  async function* stream<Message>(
    open: (options: CallOptions) => ClientReadableStream<Message>,
    deadlineMs: number,
    inner: AbortSignal,
  ): AsyncGenerator<Message> {
    const either = AbortSignal.any([signal, inner]);
    either.throwIfAborted();
    const call = open({ deadline: clock.now() + deadlineMs });
    const cancel = (): void => call.cancel();
    either.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of call) yield message as Message;
    } catch (error) {
      either.throwIfAborted();
      const problem = isServiceError(error) ? statusError(error, address, deadlineMs) : error;
      if (mayPass(problem)) turn();
      throw problem;
    } finally {
      either.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  return {
    address,
    planSweep: (request) => unary((r, o, done) => at().sweeps.planSweep(r, o, done), request),
    submitSweep: (request) => unary((r, o, done) => at().sweeps.submitSweep(r, o, done), request),
    getSweep: (name) => unary((r, o, done) => at().sweeps.getSweep(r, o, done), { name }),
    listSweeps: (request) => unary((r, o, done) => at().sweeps.listSweeps(r, o, done), request),
    editSweep: (request) => unary((r, o, done) => at().sweeps.editSweep(r, o, done), request),
    cancelSweep: (request) => unary((r, o, done) => at().sweeps.cancelSweep(r, o, done), request),
    pauseSweep: (request) => unary((r, o, done) => at().sweeps.pauseSweep(r, o, done), request),
    resumeSweep: (request) => unary((r, o, done) => at().sweeps.resumeSweep(r, o, done), request),
    retryFailed: (request) => unary((r, o, done) => at().sweeps.retryFailed(r, o, done), request),
    getTrial: (name) => unary((r, o, done) => at().sweeps.getTrial(r, o, done), { name }),
    listTrials: (request) => unary((r, o, done) => at().sweeps.listTrials(r, o, done), request),
    getTable: (request) => unary((r, o, done) => at().results.getTable(r, o, done), request),
    listWorkers: (request) => unary((r, o, done) => at().cluster.listWorkers(r, o, done), request),
    drainWorker: (name) => unary((r, o, done) => at().cluster.drainWorker(r, o, done), { name }),
    getStatus: () => unary((r, o, done) => at().cluster.getStatus(r, o, done), {}),
    watchSweep: (request, inner) => stream((o) => at().sweeps.watchSweep(request, o), deadlines.watchMs, inner),
    exportTable: (request, inner) => stream((o) => at().results.exportTable(request, o), deadlines.exportMs, inner),
    close() {
      for (const { sweeps, results, cluster } of coordinators)
        for (const client of [sweeps, results, cluster]) client.close();
    },
  };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code in status;
}

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^\s:/,]+):(\d{1,5})$/;

/** @param text one address, or several with commas between them. @throws TickworkError ARGUMENT_INVALID */
export function requireAddress(text: string, origin: string): string {
  const isAddress = (each: string): boolean => {
    const port = Number(ADDRESS.exec(each)?.[2] ?? 0);
    return port >= 1 && port <= 65_535;
  };
  if (text.split(',').every(isAddress)) return text;
  throw new TickworkError(
    'ARGUMENT_INVALID',
    `Expected ${origin} to be HOST:PORT, got ${JSON.stringify(text)}. For example 127.0.0.1:7077.`,
  );
}
