import { connect } from 'nats';
import { natsNames } from '../../proto/subjects.ts';
import { connectWorker } from '../../simulation/nats/worker-session.ts';
import type { NatsSession } from '../../worker/publisher/nats-link.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { startSimulatedNats } from '../support/simulated-nats.ts';
import { connectTo } from './event-log-adapters.ts';
import { openStream } from './record-stream-adapters.ts';

/** A NATS server with a record stream, seen from a worker. */
export interface NatsSessionBench extends AsyncDisposable {
  readonly subject: string;
  connect(): Promise<NatsSession>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

export interface NatsSessionAdapter {
  readonly name: string;
  create(): Promise<NatsSessionBench>;
}

export const natsAdapter: NatsSessionAdapter = {
  name: 'NATS',
  async create() {
    const server = await startNatsServer();
    const link = await connectTo(server);
    await (await openStream(link)).close();
    await link.close();
    return {
      subject: natsNames('contract').recordSubject('worker-1'),
      connect: () => connect({ servers: [server.url], reconnect: false }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      pause: () => server.pause(),
      resume: () => server.resume(),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

const ENDLESS_MS = 1e9;

export const simulatedAdapter: NatsSessionAdapter = {
  name: 'simulation',
  async create() {
    const nats = startSimulatedNats();
    return {
      subject: 'records',
      connect: () => connectWorker(nats.site.network, nats.process('worker')),
      kill: async () => nats.site.kill(ENDLESS_MS),
      restart: async () => nats.site.calm(),
      pause: () => nats.site.pause(ENDLESS_MS),
      resume: () => nats.site.calm(),
      [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
    };
  },
};
