import { type ConnectionOptions, connect, nkeyAuthenticator } from 'nats';
import { natsSecurity } from '../../proto/credentials/nats-security.ts';
import { natsInbox } from '../../proto/subjects.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Emit } from '../events.ts';
import type { ShownCredentials } from '../shown-credentials.ts';
import { NATS_BACKOFF } from '../timings.ts';

/** A connection to NATS that comes back by itself, for ever. */
export interface NatsLink {
  readonly connected: boolean;
  /**
   * Publishes to JetStream.
   * @returns whether the stream had a message with this id already.
   * @throws when there is no connection, no stream for the subject, or no answer in time; trying again is always right.
   */
  publish(subject: string, payload: Uint8Array, messageId: string): Promise<{ readonly duplicate: boolean }>;
  close(): Promise<void>;
}

/** What the link uses of the NATS client's connection. */
export interface NatsSession {
  getServer(): string;
  /** Resolves when it is lost, with the reason if there is one. */
  closed(): Promise<unknown>;
  close(): Promise<void>;
  jetstream(): {
    publish(
      subject: string,
      payload: Uint8Array,
      options: { readonly msgID: string; readonly timeout: number },
    ): Promise<{ readonly duplicate: boolean }>;
  };
}

export interface NatsLinkOptions {
  readonly servers: readonly string[];
  /** Shown in the server's list of connections. */
  readonly clientName: string;
  /** The only name under which answers are listened for. */
  readonly worker: string;
  /** Asked at each connection. Default: nothing, in the clear. */
  readonly shown?: ShownCredentials;
  readonly publishTimeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
  readonly onConnected: () => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A server that hangs without closing its connection is noticed after the second unanswered ping. */
const PING_INTERVAL_MS = 10_000;

/** @param open the NATS client's `connect`, or what stands in for it. */
export function createNatsLink(
  options: NatsLinkOptions,
  open: (options: ConnectionOptions) => Promise<NatsSession> = connect,
): NatsLink {
  const { servers, clientName, worker, shown, publishTimeoutMs, clock, random, emit, onConnected } = options;
  const closing = new AbortController();
  let connection: NatsSession | undefined;

  const unreachable = (error: unknown): void =>
    emit({ type: 'nats:unreachable', servers, error: error instanceof Error ? error.message : String(error) });

  /** The client's own reconnects are off: its delays cannot grow with the attempts, and one policy is enough. */
  async function run(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      try {
        const { tls, seed } = natsSecurity(servers, shown?.() ?? {});
        const opened = await open({
          servers: [...servers],
          name: clientName,
          reconnect: false,
          timeout: CONNECT_TIMEOUT_MS,
          pingInterval: PING_INTERVAL_MS,
          maxPingOut: 2,
          inboxPrefix: natsInbox(worker),
          ...(tls ? { tls } : {}),
          ...(seed ? { authenticator: nkeyAuthenticator(seed) } : {}),
        });
        attempt = 0;
        await use(opened);
      } catch (error) {
        if (attempt === 0) unreachable(error);
      }
      await clock.sleep(backoffMs(attempt, random(), NATS_BACKOFF), closing.signal);
    }
  }

  async function use(opened: NatsSession): Promise<void> {
    if (closing.signal.aborted) return opened.close();
    connection = opened;
    emit({ type: 'nats:connected', server: opened.getServer() });
    onConnected();
    const error = await opened.closed();
    connection = undefined;
    if (!closing.signal.aborted) unreachable(error ?? new Error('The server closed the connection.'));
  }

  void run();
  return {
    get connected() {
      return connection !== undefined;
    },
    async publish(subject, payload, messageId) {
      if (!connection) throw new Error('There is no connection to NATS.');
      const { duplicate } = await connection
        .jetstream()
        .publish(subject, payload, { msgID: messageId, timeout: publishTimeoutMs });
      return { duplicate };
    },
    async close() {
      closing.abort();
      await connection?.close();
    },
  };
}
