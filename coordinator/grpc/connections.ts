import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TickworkError } from '../../core/errors.ts';
import type { Limits } from '../access/limits.ts';

interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * The port that gRPC is served on. grpc-js accepts whoever connects and keeps it for ever; here a connection has to make an
 * admitted call in time, and their number is bounded.
 */
export interface Connections {
  /** @returns the port taken. @throws TickworkError CONFIG_INVALID when the address cannot be listened on. */
  listen(host: string, port: number): Promise<number>;
  /** A call of this connection was admitted: it may stay. */
  admitted(peer: Peer): void;
  /** Takes no more connections. */
  stop(): void;
  /** Cuts those that are left. */
  cut(): void;
}

/** @param serve takes over a connection. */
export function createConnections(limits: Limits, serve: (socket: Socket) => void): Connections {
  const open = new Set<Socket>();
  /** By address and port, until a call is admitted. */
  const waiting = new Map<string, { readonly socket: Socket; readonly timer: NodeJS.Timeout }>();
  const keyOf = ({ remoteAddress, remotePort }: Peer): string => `${remoteAddress} ${remotePort}`;

  function onConnection(socket: Socket): void {
    // A peer that resets its connection is no error of ours.
    socket.on('error', () => socket.destroy());
    if (open.size >= limits.connections || waiting.size >= limits.unadmittedConnections) {
      socket.destroy();
      return;
    }
    open.add(socket);
    const key = keyOf(socket);
    const timer = setTimeout(() => socket.destroy(), limits.unadmittedMs);
    waiting.set(key, { socket, timer });
    socket.on('close', () => {
      open.delete(socket);
      if (waiting.get(key)?.socket === socket) settle(key);
    });
    serve(socket);
  }

  function settle(key: string): void {
    clearTimeout(waiting.get(key)?.timer);
    waiting.delete(key);
  }

  const server: Server = createServer({ noDelay: true }, onConnection);
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', (cause: NodeJS.ErrnoException) => {
          const message = `Expected ${host}:${port} to be free for gRPC, got ${cause.code ?? cause.message}. Choose another port.`;
          reject(new TickworkError('CONFIG_INVALID', message, { cause }));
        });
        server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), () => resolve((server.address() as AddressInfo).port));
      }),
    admitted: (peer) => settle(keyOf(peer)),
    stop() {
      if (server.listening) server.close();
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
  };
}
