import { randomUUID } from 'node:crypto';
import { createMemoryEventLog } from '../../coordinator/adapters/memory/event-log.ts';
import { connectNats, type NatsLink } from '../../coordinator/adapters/nats/connection.ts';
import { openNatsEventLog } from '../../coordinator/adapters/nats/event-log.ts';
import type { EventLog } from '../../coordinator/ports.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { natsNames } from '../../proto/subjects.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openSimulatedEventLog } from '../../simulation/nats/event-log.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { startSimulatedNats } from '../support/simulated-nats.ts';

/** One log that several coordinators could write: each `open` is a new one of them. */
export interface SharedLog extends AsyncDisposable {
  open(): Promise<EventLog>;
}

export interface EventLogAdapter {
  readonly name: string;
  /** A new, empty log. */
  create(): Promise<SharedLog>;
}

export const memoryAdapter: EventLogAdapter = {
  name: 'memory',
  async create() {
    const storage: string[] = [];
    return { open: async () => createMemoryEventLog(storage), [Symbol.asyncDispose]: async () => {} };
  },
};

export const simulatedAdapter: EventLogAdapter = {
  name: 'simulation',
  async create() {
    const nats = startSimulatedNats();
    return {
      async open() {
        const { link, process } = await nats.connect();
        return openSimulatedEventLog({ link, process, writerId: process.name });
      },
      [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
    };
  },
};

export const jetStreamAdapter: EventLogAdapter = {
  name: 'JetStream',
  async create() {
    const server = await startNatsServer();
    const coordinators: NatsLink[] = [];
    return {
      async open() {
        const link = await connectTo(server);
        coordinators.push(link);
        return openLog(link);
      },
      async [Symbol.asyncDispose]() {
        for (const link of coordinators) await link.close();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

export const NAMES = natsNames('contract');

/** @param requestTimeoutMs short, so that tests of lost answers do not wait long. */
export function connectTo(server: Pick<NatsServer, 'url'>, requestTimeoutMs = 1_000): Promise<NatsLink> {
  return connectNats({
    servers: [server.url],
    name: 'contract',
    logger: createLogger('test', 'silent'),
    clock: systemClock,
    random: Math.random,
    requestTimeoutMs,
  });
}

export function openLog(link: NatsLink, patienceMs = 20_000): Promise<EventLog> {
  return openNatsEventLog({
    link,
    names: NAMES,
    writerId: randomUUID(),
    clock: systemClock,
    random: Math.random,
    logger: createLogger('test', 'silent'),
    patienceMs,
  });
}

export const started = (cell: number): SweepEvent => ({
  type: 'trial-started',
  sweepId: 's1',
  cell,
  at: 1_700_000_000_000 + cell,
});

export async function readAll(log: EventLog, after = 0): Promise<(readonly SweepEvent[])[]> {
  const batches: (readonly SweepEvent[])[] = [];
  for await (const batch of log.replay(after)) batches.push(batch);
  return batches;
}
