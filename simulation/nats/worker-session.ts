import type { NatsSession } from '../../worker/publisher/nats-link.ts';
import type { Process } from '../time/process.ts';
import type { NatsNetwork } from './nats-network.ts';

/** What the worker's link sees of the NATS client. */
export async function connectWorker(network: NatsNetwork, worker: Process): Promise<NatsSession> {
  const connection = await network.connect(worker);
  return {
    getServer: () => 'nats:4222',
    closed: () => connection.closed,
    close: async () => connection.close(),
    jetstream: () => ({
      publish: (_subject, payload, { msgID, timeout }) =>
        connection.request((streams) => streams.publish(msgID, payload), timeout),
    }),
  };
}
