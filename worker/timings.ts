/** Durations of the worker that are not the coordinator's to say, in milliseconds. */
export interface WorkerTimings {
  /** A stopped trial, and a trial process that shall end, has this long before SIGKILL. */
  readonly stopGraceMs: number;
  /** At shutdown: how long the outbox waits for receipts. What has none then stays on the disk for the next start. */
  readonly receiptWaitMs: number;
  /** From opening the stream to the coordinator's Welcome; grpc-js bounds no connection attempt (grpc-node #2785). */
  readonly welcomeTimeoutMs: number;
  /** An assignment that no slot has taken up in this time is given back: other workers may be free. */
  readonly queuePatienceMs: number;
  /** How often the coordinator is told of all records without a receipt. */
  readonly reconcileEveryMs: number;
  /**
   * Least time before a record that NATS has acknowledged is published again for want of a receipt; doubles each time.
   */
  readonly republishAfterMs: number;
  readonly republishCapMs: number;
  /**
   * JetStream's answer to one publication. A leader election takes up to 9.5 s; what times out is simply published
   * again.
   */
  readonly publishTimeoutMs: number;
}

export const WORKER_TIMINGS: WorkerTimings = {
  stopGraceMs: 5_000,
  receiptWaitMs: 10_000,
  welcomeTimeoutMs: 10_000,
  queuePatienceMs: 2_000,
  reconcileEveryMs: 60_000,
  republishAfterMs: 30_000,
  republishCapMs: 300_000,
  publishTimeoutMs: 5_000,
};

/** Reconnects to the coordinator. A standby takes over within seconds and should not be waited for much longer. */
export const STREAM_BACKOFF = { firstMs: 200, capMs: 3_000 } as const;

/** Reconnects to NATS and repeated publications. */
export const NATS_BACKOFF = { firstMs: 200, capMs: 10_000 } as const;

/** Restarts of a trial process that ends before it is ready. */
export const SPAWN_BACKOFF = { firstMs: 200, capMs: 10_000 } as const;

/** Checkpoints of a trial that nobody has added to for so long are removed when a worker starts. */
export const STALE_CHECKPOINT_MS = 14 * 24 * 60 * 60 * 1000;
