import type { Place } from '../../core/placement/place.ts';
import type { Session } from './session.ts';

/** A worker that is connected, or was and holds leases still. */
export interface KnownWorker {
  readonly session: Session;
  readonly connected: boolean;
}

/** Sessions by worker name. A worker that went away stays known until it is forgotten. */
export interface SessionRegistry {
  connect(session: Session): void;
  /** Only when this very session is the worker's current one. */
  disconnect(session: Session): void;
  forget(worker: string): void;
  get(worker: string): KnownWorker | undefined;
  connected(): readonly Session[];
  /** Of the workers that are connected. */
  places(): readonly Place[];
  known(): readonly KnownWorker[];
}

export function createSessionRegistry(): SessionRegistry {
  const workers = new Map<string, KnownWorker>();
  const connected = (): Session[] =>
    [...workers.values()].filter((known) => known.connected).map(({ session }) => session);
  return {
    connect: (session) => void workers.set(session.worker, { session, connected: true }),
    disconnect(session) {
      if (workers.get(session.worker)?.session === session) workers.set(session.worker, { session, connected: false });
    },
    forget: (worker) => void workers.delete(worker),
    get: (worker) => workers.get(worker),
    connected,
    places: () => connected().flatMap(({ places }) => places),
    known: () => [...workers.values()].sort((a, b) => (a.session.worker < b.session.worker ? -1 : 1)),
  };
}
