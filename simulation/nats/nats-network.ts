import { createSuspicion } from '../network/suspicion.ts';
import type { Topology } from '../network/topology.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { JetStream, NatsServer } from './jetstream.ts';

/** How processes reach the NATS server: requests and answers that get lost, come twice or late, each by itself. */
export interface NatsNetwork {
  /** Resolves once there is a connection. Rejects when the server refuses or does not answer. */
  connect(client: Process): Promise<Connection>;
  /** While true, each message may be dropped, doubled or delayed. */
  flaky: boolean;
  /** Messages dropped, doubled and delayed so far. */
  readonly disturbed: number;
}

export interface Connection {
  readonly open: boolean;
  /** Resolves when it is lost or closed. */
  readonly closed: Promise<void>;
  /** @throws when no answer came in time: the request may have been done. */
  request<T>(handle: (streams: JetStream) => T, timeoutMs: number): Promise<T>;
  /**
   * Runs at the server, which may use `push` to send to the client later, until the client has ended the subscription or the
   * connection: `push` then says that nobody is interested.
   * @returns the end of the subscription.
   */
  subscribe<T>(handle: (streams: JetStream, push: (item: T) => boolean) => void, onItem: (item: T) => void): () => void;
  close(): void;
}

export interface NatsNetworkDeps {
  readonly server: NatsServer;
  readonly topology: Topology;
  readonly random: Random;
  /** Virtual milliseconds. */
  readonly now: () => number;
}

const FLAKY_SHARE = 0.15;
const CONNECT_TIMEOUT_MS = 5_000;

export function createNatsNetwork({ server, topology, random, now }: NatsNetworkDeps): NatsNetwork {
  let flaky = false;
  let disturbed = 0;

  /** One direction of a connection: in order, unless messages are disturbed. */
  function createLine(from: Process, to: Process): (arrive: () => void) => void {
    let lastDue = 0;

    /** How late each copy of a message arrives; none when it is lost. */
    function copies(): readonly number[] {
      const delay = random.between(0.3, 3);
      if (flaky && random.chance(FLAKY_SHARE)) {
        disturbed++;
        return random.pick([[], [delay, random.between(1, 2_000)], [random.between(100, 3_000)]]);
      }
      lastDue = Math.max(lastDue, now() + delay);
      return [lastDue - now()];
    }

    return (arrive) => {
      for (const delay of copies())
        to.enter(() => topology.passes(from.machine.name, to.machine.name) && arrive(), delay);
    };
  }

  function open(client: Process, host: Process): Connection {
    const up = createLine(client, host);
    const down = createLine(host, client);
    let isOpen = true;
    let resolveClosed = (): void => {};
    const closed = new Promise<void>((resolve) => {
      resolveClosed = resolve;
    });
    function close(): void {
      isOpen = false;
      suspicion.close();
      resolveClosed();
    }
    const suspicion = createSuspicion({ here: client, there: host, topology, random, onLost: close });

    return {
      get open() {
        return isOpen;
      },
      closed,
      request<T>(handle: (streams: JetStream) => T, timeoutMs: number) {
        return new Promise<T>((resolve, reject) => {
          const timer = client.enter(() => reject(new Error('TIMEOUT')), timeoutMs);
          if (!isOpen) return;
          up(() => {
            let answer: () => void;
            try {
              const value = handle(server.streams);
              answer = () => resolve(value);
            } catch {
              // A server whose disk fails says nothing (reliability.md §1: publishes time out).
              return;
            }
            down(() => {
              timer.cancel();
              answer();
            });
          });
        });
      },
      subscribe(handle, onItem) {
        let wanted = true;
        function push(item: Parameters<typeof onItem>[0]): boolean {
          if (!isOpen || !wanted) return false;
          down(() => isOpen && wanted && onItem(item));
          return true;
        }
        up(() => handle(server.streams, push));
        return () => {
          wanted = false;
        };
      },
      close,
    };
  }

  return {
    connect(client) {
      return new Promise((resolve, reject) => {
        const timer = client.enter(() => reject(new Error('CONNECTION_TIMEOUT')), CONNECT_TIMEOUT_MS);
        const host = server.process;
        if (!topology.connects(client.machine.name, host.machine.name)) return;
        if (!host.alive) {
          timer.cancel();
          client.enter(() => reject(new Error('CONNECTION_REFUSED')), random.between(0.5, 3));
          return;
        }
        host.enter(
          () => {
            client.enter(
              () => {
                timer.cancel();
                if (host.alive) resolve(open(client, host));
                else reject(new Error('CONNECTION_REFUSED'));
              },
              random.between(0.5, 3),
            );
          },
          random.between(0.5, 3),
        );
      });
    },
    get flaky() {
      return flaky;
    },
    set flaky(next) {
      flaky = next;
    },
    get disturbed() {
      return disturbed;
    },
  };
}
