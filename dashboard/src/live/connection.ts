import { createContext, useContext, useSyncExternalStore } from 'react';

/** Whether the coordinator answers, as seen by everything on the page that asks it. */
export interface Connection {
  /** @param source who asked; one failing source is enough for the banner, each clears its own. */
  report(source: string, ok: boolean): void;
  subscribe(listener: () => void): () => void;
  /** Milliseconds since the Unix epoch when the first source failed; undefined while all is well. */
  lostSince(): number | undefined;
}

export function createConnection(now: () => number): Connection {
  const failing = new Set<string>();
  const listeners = new Set<() => void>();
  let lostSince: number | undefined;
  return {
    report(source, ok) {
      if (ok) failing.delete(source);
      else failing.add(source);
      const lost = failing.size > 0;
      if (lost === (lostSince !== undefined)) return;
      lostSince = lost ? now() : undefined;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lostSince: () => lostSince,
  };
}

export const ConnectionContext = createContext<Connection | undefined>(undefined);

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error('Expected a ConnectionContext around this component, got none.');
  return connection;
}

export function useLostSince(): number | undefined {
  const connection = useConnection();
  return useSyncExternalStore(connection.subscribe, connection.lostSince);
}
