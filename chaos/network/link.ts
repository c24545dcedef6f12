import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createHeldPipe, type HeldPipe, type Weather } from './held-pipe.ts';

/** A TCP proxy between two programs: the network between them, to be cut, slowed and reset. */
export interface Link {
  /** Where the one side dials, on 127.0.0.1. */
  readonly port: number;
  /**
   * Nothing passes until the returned function is called, in both directions or in one. Connections stay open, new ones
   * are taken and get no answer.
   * @param direction `up`: from the side that dials.
   */
  cut(direction: 'both' | 'up' | 'down'): () => void;
  /** Every piece of every connection is late until the returned function is called. */
  slow(delayMs: number, jitterMs: number): () => void;
  /** Ends every connection at once, with a reset. */
  reset(): void;
  close(): Promise<void>;
}

interface Connection {
  readonly sockets: readonly Socket[];
  readonly pipes: readonly HeldPipe[];
}

/**
 * @param targetPort on 127.0.0.1, where the other side listens.
 * @param random uniform in [0, 1).
 */
export async function openLink(targetPort: number, random: () => number): Promise<Link> {
  const cuts = new Set<{ readonly direction: 'both' | 'up' | 'down' }>();
  const slownesses = new Set<{ readonly delayMs: number; readonly jitterMs: number }>();
  const connections = new Set<Connection>();

  const weather = (direction: 'up' | 'down') => (): Weather => ({
    cut: [...cuts].some((cut) => cut.direction === 'both' || cut.direction === direction),
    delayMs: Math.max(0, ...[...slownesses].map(({ delayMs }) => delayMs)),
    jitterMs: Math.max(0, ...[...slownesses].map(({ jitterMs }) => jitterMs)),
  });

  function change<T>(set: Set<T>, item: T): () => void {
    set.add(item);
    return () => {
      set.delete(item);
      for (const { pipes } of connections) for (const pipe of pipes) pipe.flush();
    };
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const sockets = [near, far];
    const pipes = [
      createHeldPipe(near, far, weather('up'), random),
      createHeldPipe(far, near, weather('down'), random),
    ];
    const connection: Connection = { sockets, pipes };
    connections.add(connection);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroySoon());
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.once('close', () => connections.delete(connection));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  function reset(): void {
    for (const { sockets } of connections) for (const socket of sockets) socket.resetAndDestroy();
  }

  return {
    port: (server.address() as AddressInfo).port,
    cut: (direction) => change(cuts, { direction }),
    slow: (delayMs, jitterMs) => change(slownesses, { delayMs, jitterMs }),
    reset,
    async close() {
      reset();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
