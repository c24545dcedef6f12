import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createCallers } from '../../coordinator/grpc/callers.ts';
import { workStream } from '../../coordinator/grpc/work-stream.ts';
import type { AcceptWork } from '../../coordinator/sessions/work-connection.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createTopology } from '../../simulation/network/topology.ts';
import { createWorkCodec } from '../../simulation/network/work-messages.ts';
import { createWorkNetwork } from '../../simulation/network/work-network.ts';
import { createRandom } from '../../simulation/random.ts';
import { createMachine } from '../../simulation/time/machine.ts';
import { createProcess } from '../../simulation/time/process.ts';
import { createScheduler } from '../../simulation/time/scheduler.ts';
import type { WorkCalls } from '../../worker/coordinator-stream/work-call.ts';
import { connectWorkCalls } from '../../worker/coordinator-stream/work-calls.ts';
import { keepTimeFlowing } from '../support/virtual-time.ts';

/** A coordinator's end of WorkerService.Work and a worker's end, with whatever carries them between. */
export interface WorkBench extends AsyncDisposable {
  readonly calls: WorkCalls;
  /** The coordinator dies, as after SIGKILL. */
  killCoordinator(): void;
}

export interface WorkAdapter {
  readonly name: string;
  create(accept: AcceptWork): Promise<WorkBench>;
}

const logger = createLogger('test', 'silent');

export const grpcAdapter: WorkAdapter = {
  name: 'gRPC',
  async create(accept) {
    const server = new Server();
    const shutdown = new AbortController().signal;
    const deps = { callers: createCallers(), shutdown, now: () => 0, onFinished: () => {}, logger };
    server.addService(loadTickworkProto().WorkerService.service, { work: workStream('Work', deps, accept) });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const calls = connectWorkCalls([`127.0.0.1:${port}`]);
    return {
      calls,
      killCoordinator: () => server.forceShutdown(),
      async [Symbol.asyncDispose]() {
        calls.close();
        server.forceShutdown();
      },
    };
  },
};

export const simulatedAdapter: WorkAdapter = {
  name: 'simulation',
  async create(accept) {
    const scheduler = createScheduler();
    const random = createRandom(1, 'contract');
    const network = createWorkNetwork({
      ...{ scheduler, random, logger, topology: createTopology(), codec: createWorkCodec() },
      watch: { heard() {}, said() {} },
      alter: (_, message) => [message],
    });
    const process = (name: string) => createProcess(scheduler, createMachine(scheduler, name, 1, 0), name, random);
    const coordinator = process('coordinator');
    network.serve('coordinator', coordinator, accept);
    const time = keepTimeFlowing(scheduler);
    return {
      calls: network.calls(process('worker'), ['coordinator']),
      killCoordinator: coordinator.kill,
      [Symbol.asyncDispose]: () => time[Symbol.asyncDispose](),
    };
  },
};
