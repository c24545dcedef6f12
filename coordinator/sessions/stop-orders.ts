/** Leases that a worker was told to give up and that may still occupy one of its slots. */
export interface StopOrders {
  readonly size: number;
  /** @returns false when the order stands already. */
  add(leaseId: string): boolean;
  /** The worker has given the lease back. */
  answered(leaseId: string): void;
  /** A heartbeat names these leases. */
  heard(running: ReadonlySet<string>): void;
}

/**
 * A worker that has its last record under way lets go of the lease without a word. The first heartbeat that does not name it
 * may have been written before the order, or even the assignment, arrived; the second was not.
 */
const SILENT_HEARTBEATS = 2;

export function createStopOrders(): StopOrders {
  /** Heartbeats without the lease since the order. */
  const orders = new Map<string, number>();
  return {
    get size() {
      return orders.size;
    },
    add(leaseId) {
      if (orders.has(leaseId)) return false;
      orders.set(leaseId, 0);
      return true;
    },
    answered: (leaseId) => void orders.delete(leaseId),
    heard(running) {
      for (const [leaseId, missed] of orders) {
        if (running.has(leaseId)) orders.set(leaseId, 0);
        else if (missed + 1 >= SILENT_HEARTBEATS) orders.delete(leaseId);
        else orders.set(leaseId, missed + 1);
      }
    },
  };
}
