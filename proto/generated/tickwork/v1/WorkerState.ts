// Original file: proto/tickwork/v1/cluster.proto

export const WorkerState = {
  WORKER_STATE_UNSPECIFIED: 'WORKER_STATE_UNSPECIFIED',
  WORKER_STATE_CONNECTED: 'WORKER_STATE_CONNECTED',
  WORKER_STATE_DRAINING: 'WORKER_STATE_DRAINING',
  /**
   * Not heard of for longer than a lease.
   */
  WORKER_STATE_LOST: 'WORKER_STATE_LOST',
} as const;

export type WorkerState =
  | 'WORKER_STATE_UNSPECIFIED'
  | 0
  | 'WORKER_STATE_CONNECTED'
  | 1
  | 'WORKER_STATE_DRAINING'
  | 2
  /**
   * Not heard of for longer than a lease.
   */
  | 'WORKER_STATE_LOST'
  | 3

export type WorkerState__Output = typeof WorkerState[keyof typeof WorkerState]
