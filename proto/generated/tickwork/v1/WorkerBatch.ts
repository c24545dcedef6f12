// Original file: proto/tickwork/v1/worker.proto

import type { WorkerMessage as _tickwork_v1_WorkerMessage, WorkerMessage__Output as _tickwork_v1_WorkerMessage__Output } from '../../tickwork/v1/WorkerMessage.ts';

/**
 * Messages that were said at one moment, in their order; none of them is a batch. Each means what it means alone.
 */
export interface WorkerBatch {
  'messages'?: (_tickwork_v1_WorkerMessage)[];
}

/**
 * Messages that were said at one moment, in their order; none of them is a batch. Each means what it means alone.
 */
export interface WorkerBatch__Output {
  'messages': (_tickwork_v1_WorkerMessage__Output)[];
}
