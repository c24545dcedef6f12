import { Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { TickworkError } from '../../core/errors.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { encodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';
import { messagesOf } from '../../proto/work-batches.ts';
import { eventually } from './eventually.ts';

type WorkCall = ServerDuplexStream<WorkerMessage, CoordinatorMessage>;

/** One stream of one worker, as the coordinator sees it. */
export interface WorkerConnection {
  readonly hello: Hello;
  /** Everything the worker has sent on this stream, Hello excluded. */
  readonly received: readonly WorkerMessage[];
  send(message: CoordinatorMessage): void;
  /** The first message, past or future, that `pick` gives something for. */
  expect<T>(what: string, pick: (message: WorkerMessage) => T | null | undefined): Promise<T>;
  /** Cuts the stream. */
  drop(): void;
  /** The worker has ended the stream. */
  readonly ended: Promise<void>;
}

/** A real gRPC server of WorkerService that says what the test tells it to. */
export interface ScriptedCoordinator extends AsyncDisposable {
  readonly address: string;
  /** The `n`-th stream (from 0) of any worker; waits for it. */
  connection(n: number): Promise<WorkerConnection>;
  readonly connections: readonly WorkerConnection[];
  /** Answers of streams opened from now on. */
  welcome: Welcome;
  /** Refuse streams opened from now on. */
  refusal: TickworkError | undefined;
  /** Cuts all streams and stops listening, as a killed coordinator does. */
  stop(): void;
  /** Listens again at the same address. */
  start(): Promise<void>;
}

export async function startScriptedCoordinator(welcome: Welcome): Promise<ScriptedCoordinator> {
  const { WorkerService } = loadTickworkProto();
  const connections: WorkerConnection[] = [];
  let port = 0;
  let server: Server | undefined;

  function onWork(call: WorkCall): void {
    call.on('error', () => undefined);
    if (coordinator.refusal) return refuse(call, coordinator.refusal);
    call.once('data', ({ hello }: WorkerMessage) => {
      if (!hello) throw new Error('Expected Hello to be the first message.');
      call.write({ welcome: coordinator.welcome });
      connections.push(createConnection(call, hello));
    });
  }

  const coordinator: ScriptedCoordinator = {
    get address() {
      return `127.0.0.1:${port}`;
    },
    connections,
    connection: (n) => eventually(`worker stream ${n}`, () => connections[n]),
    welcome,
    refusal: undefined,
    stop() {
      server?.forceShutdown();
      server = undefined;
    },
    async start() {
      const starting = new Server();
      starting.addService(WorkerService.service, { Work: onWork });
      port = await new Promise<number>((resolve, reject) => {
        starting.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
          error ? reject(error) : resolve(bound),
        );
      });
      server = starting;
    },
    async [Symbol.asyncDispose]() {
      this.stop();
    },
  };
  await coordinator.start();
  return coordinator;
}

function refuse(call: WorkCall, error: TickworkError): void {
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(error, status.FAILED_PRECONDITION));
  call.emit('error', { code: status.FAILED_PRECONDITION, details: error.message, metadata });
}

function createConnection(call: WorkCall, hello: Hello): WorkerConnection {
  const received: WorkerMessage[] = [];
  call.on('data', (message: WorkerMessage) => received.push(...messagesOf(message)));
  const ended = new Promise<void>((resolve) => {
    call.on('end', () => {
      call.end();
      resolve();
    });
  });
  return {
    hello,
    received,
    send: (message) => void call.write(message),
    expect: (what, pick) =>
      eventually(what, () => {
        for (const message of received) {
          const picked = pick(message);
          if (picked !== null && picked !== undefined) return picked;
        }
        return undefined;
      }),
    drop: () => void call.emit('error', { code: status.UNAVAILABLE, details: 'dropped by the test' }),
    ended,
  };
}
