// Original file: proto/tickwork/v1/worker.proto

import type { CoordinatorMessage as _tickwork_v1_CoordinatorMessage, CoordinatorMessage__Output as _tickwork_v1_CoordinatorMessage__Output } from '../../tickwork/v1/CoordinatorMessage.ts';

/**
 * As WorkerBatch.
 */
export interface CoordinatorBatch {
  'messages'?: (_tickwork_v1_CoordinatorMessage)[];
}

/**
 * As WorkerBatch.
 */
export interface CoordinatorBatch__Output {
  'messages': (_tickwork_v1_CoordinatorMessage__Output)[];
}
