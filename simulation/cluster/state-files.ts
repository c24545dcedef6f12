import type { StateIdentity } from '../../coordinator/leadership/state-identity.ts';
import { decodeSnapshot, encodeSnapshot } from '../../coordinator/snapshots/snapshot.ts';
import type { SnapshotFolder } from '../../coordinator/snapshots/snapshot-folder.ts';
import type { Process } from '../time/process.ts';
import type { Table } from './table.ts';

/** What a state directory has beside its table. */
export interface StateFiles {
  readonly identity: StateIdentity;
  /** Atomic and durable. @throws Error when the disk is full, or the volume is somebody else's. */
  saveIdentity(coordinator: Process, identity: StateIdentity): Promise<void>;
  snapshots(coordinator: Process): SnapshotFolder;
}

const KEPT = 2;

export function createStateFiles(table: Table): StateFiles {
  let identity: StateIdentity = { id: table.name, ledEpoch: 0 };
  let newest: readonly Buffer[] = [];
  return {
    get identity() {
      return identity;
    },
    async saveIdentity(coordinator, next) {
      await coordinator.wait(2);
      table.requireRoom(coordinator);
      identity = next;
      await coordinator.wait(2);
    },
    snapshots: (coordinator) => ({
      async newest(batchId) {
        for (const bytes of newest) {
          const snapshot = decodeSnapshot(bytes);
          if ((await batchId(snapshot.sequence)) === snapshot.batchId) return snapshot;
        }
        return undefined;
      },
      async save(snapshot) {
        const bytes = encodeSnapshot(snapshot);
        await coordinator.wait(5);
        table.requireRoom(coordinator);
        newest = [bytes, ...newest].slice(0, KEPT);
      },
    }),
  };
}
