// Original file: proto/tickwork/v1/worker.proto

import type { Hello as _tickwork_v1_Hello, Hello__Output as _tickwork_v1_Hello__Output } from '../../tickwork/v1/Hello.ts';
import type { Heartbeat as _tickwork_v1_Heartbeat, Heartbeat__Output as _tickwork_v1_Heartbeat__Output } from '../../tickwork/v1/Heartbeat.ts';
import type { TrialStarted as _tickwork_v1_TrialStarted, TrialStarted__Output as _tickwork_v1_TrialStarted__Output } from '../../tickwork/v1/TrialStarted.ts';
import type { TrialReleased as _tickwork_v1_TrialReleased, TrialReleased__Output as _tickwork_v1_TrialReleased__Output } from '../../tickwork/v1/TrialReleased.ts';
import type { UnreceiptedRecords as _tickwork_v1_UnreceiptedRecords, UnreceiptedRecords__Output as _tickwork_v1_UnreceiptedRecords__Output } from '../../tickwork/v1/UnreceiptedRecords.ts';
import type { TrialEnded as _tickwork_v1_TrialEnded, TrialEnded__Output as _tickwork_v1_TrialEnded__Output } from '../../tickwork/v1/TrialEnded.ts';
import type { WorkerBatch as _tickwork_v1_WorkerBatch, WorkerBatch__Output as _tickwork_v1_WorkerBatch__Output } from '../../tickwork/v1/WorkerBatch.ts';

export interface WorkerMessage {
  'hello'?: (_tickwork_v1_Hello | null);
  'heartbeat'?: (_tickwork_v1_Heartbeat | null);
  'started'?: (_tickwork_v1_TrialStarted | null);
  /**
   * The worker gives a lease back without a result (shutdown, lost process).
   */
  'released'?: (_tickwork_v1_TrialReleased | null);
  /**
   * Records that are in the outbox and have no receipt yet; the coordinator answers with receipts for those it has.
   */
  'unreceipted'?: (_tickwork_v1_UnreceiptedRecords | null);
  'ended'?: (_tickwork_v1_TrialEnded | null);
  'batch'?: (_tickwork_v1_WorkerBatch | null);
  'message'?: "hello"|"heartbeat"|"started"|"released"|"unreceipted"|"ended"|"batch";
}

export interface WorkerMessage__Output {
  'hello'?: (_tickwork_v1_Hello__Output | null);
  'heartbeat'?: (_tickwork_v1_Heartbeat__Output | null);
  'started'?: (_tickwork_v1_TrialStarted__Output | null);
  /**
   * The worker gives a lease back without a result (shutdown, lost process).
   */
  'released'?: (_tickwork_v1_TrialReleased__Output | null);
  /**
   * Records that are in the outbox and have no receipt yet; the coordinator answers with receipts for those it has.
   */
  'unreceipted'?: (_tickwork_v1_UnreceiptedRecords__Output | null);
  'ended'?: (_tickwork_v1_TrialEnded__Output | null);
  'batch'?: (_tickwork_v1_WorkerBatch__Output | null);
  'message'?: "hello"|"heartbeat"|"started"|"released"|"unreceipted"|"ended"|"batch";
}
