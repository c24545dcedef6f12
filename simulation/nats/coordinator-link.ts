import { TickworkError } from '../../core/errors.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { JetStream } from './jetstream.ts';
import type { Connection, NatsNetwork } from './nats-network.ts';

/** The coordinator's connection: made once, and again for ever when it is lost. */
export interface CoordinatorLink {
  readonly connected: boolean;
  readonly connection: Connection;
  /** @throws Error when no answer came in time. */
  request<T>(handle: (streams: JetStream) => T): Promise<T>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECT_TRIES = 6;

/** @throws TickworkError NATS_UNREACHABLE after some tries, as the real one does. */
export async function connectCoordinator(
  network: NatsNetwork,
  coordinator: Process,
  random: Random,
): Promise<CoordinatorLink> {
  let closed = false;
  let connection = await firstConnection();
  void keepConnected();

  async function firstConnection(): Promise<Connection> {
    for (let tries = 1; ; tries++) {
      try {
        return await network.connect(coordinator);
      } catch (cause) {
        if (tries === CONNECT_TRIES)
          throw new TickworkError('NATS_UNREACHABLE', 'Expected a NATS server, got none.', { cause });
        await coordinator.wait(random.between(100, 1_000));
      }
    }
  }

  async function keepConnected(): Promise<void> {
    for (;;) {
      await connection.closed;
      while (!connection.open) {
        if (closed) return;
        await coordinator.wait(random.between(250, 750));
        connection = await network.connect(coordinator).catch(() => connection);
      }
      if (closed) connection.close();
    }
  }

  return {
    get connected() {
      return connection.open;
    },
    get connection() {
      return connection;
    },
    request: (handle) => connection.request(handle, REQUEST_TIMEOUT_MS),
    close() {
      closed = true;
      connection.close();
    },
  };
}
