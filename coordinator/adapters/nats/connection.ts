import {
  connect,
  ErrorCode,
  Events,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  NatsError,
  nkeyAuthenticator,
} from 'nats';
import { TickworkError } from '../../../core/errors.ts';
import type { NatsSecurity } from '../../../proto/credentials/nats-security.ts';
import { natsInbox } from '../../../proto/subjects.ts';
import { backoffMs } from '../../../runtime/backoff.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { type NatsServerFacts, natsServerFacts } from './durability.ts';

/** A connection that reconnects for ever, to a server that had JetStream when it was made. */
export interface NatsLink {
  readonly connection: NatsConnection;
  readonly jetStream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Of the server that is connected now, or was last. */
  readonly server: NatsServerFacts;
  readonly connected: boolean;
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
}

export interface ConnectNatsOptions {
  /** For example `nats://127.0.0.1:4222`. */
  readonly servers: readonly string[];
  /** Shown in the server's connection list. */
  readonly name: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Attempts to connect before giving up, a fraction of a second apart; later losses are retried for ever. */
  readonly tries?: number;
  /** A request that got no answer in this time is in doubt. */
  readonly requestTimeoutMs?: number;
  /** Default: in the clear, as nobody in particular. */
  readonly security?: NatsSecurity;
}

const CONNECT_TIMEOUT_MS = 5_000;
const FLUSH_MS = 1_000;
const FIRST_BACKOFF = { firstMs: 200, capMs: 2_000 };

/** @throws TickworkError NATS_UNREACHABLE when no server answers, refuses the login or has no JetStream. */
export async function connectNats(options: ConnectNatsOptions): Promise<NatsLink> {
  const { servers, clock, random, tries = 6 } = options;
  const { tls, seed } = options.security ?? {};
  const address = servers.map((server) => server.replace(/\/\/[^@/]*@/, '//')).join(', ');
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await connect({
        servers: [...servers],
        inboxPrefix: natsInbox(),
        ...(tls ? { tls } : {}),
        ...(seed ? { authenticator: nkeyAuthenticator(seed) } : {}),
        name: options.name,
        timeout: CONNECT_TIMEOUT_MS,
        waitOnFirstConnect: false,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        reconnectJitter: 500,
        // A server that is stopped keeps its sockets open: only pings find out.
        pingInterval: 10_000,
        maxPingOut: 2,
      });
      try {
        return await createLink(connection, options);
      } catch (error) {
        await connection.close();
        throw error;
      }
    } catch (error) {
      const last = attempt + 1 >= tries || (error instanceof NatsError && error.isAuthError());
      if (last) throw unreachable(address, attempt + 1, error);
      await clock.sleep(100 + backoffMs(attempt, random(), FIRST_BACKOFF));
    }
  }
}

async function createLink(
  connection: NatsConnection,
  { logger, clock, requestTimeoutMs = 5_000 }: ConnectNatsOptions,
): Promise<NatsLink> {
  const manager = await connection.jetstreamManager({ timeout: requestTimeoutMs });
  let connected = true;

  async function follow(): Promise<void> {
    for await (const { type, data } of connection.status()) {
      if (type === Events.Disconnect) {
        connected = false;
        logger.warn({ server: data }, 'Lost the connection to NATS; reconnecting');
      } else if (type === Events.Reconnect) {
        connected = true;
        logger.info({ server: data }, 'Reconnected to NATS');
      } else if (type === Events.Error) {
        logger.warn({ error: data }, 'NATS reported an error');
      }
    }
  }
  void follow();

  return {
    connection,
    jetStream: connection.jetstream({ timeout: requestTimeoutMs }),
    manager,
    get server() {
      return natsServerFacts(connection.info?.version ?? 'unknown');
    },
    get connected() {
      return connected && !connection.isClosed();
    },
    async close() {
      if (connection.isClosed()) return;
      const flushed = new AbortController();
      // Without a server a flush never ends.
      await Promise.race([connection.flush(), clock.sleep(FLUSH_MS, flushed.signal)]).catch(() => undefined);
      flushed.abort();
      await connection.close();
    },
  };
}

function unreachable(address: string, tries: number, error: unknown): TickworkError {
  const cause = error instanceof Error ? error.message : String(error);
  const message =
    error instanceof NatsError && error.isAuthError()
      ? `Expected the NATS server at ${address} to accept the login, got: ${cause}. Pass --credentials with the nats.nk that the server knows, as tickwork nats-config writes it.`
      : error instanceof NatsError && error.code === ErrorCode.JetStreamNotEnabled
        ? `Expected the NATS server at ${address} to have JetStream, got none. Start it with -js.`
        : `Expected a NATS server at ${address}, got: ${cause} (${tries} tries). Start nats-server -js or pass --nats with its address.`;
  return new TickworkError('NATS_UNREACHABLE', message, { cause: error });
}
