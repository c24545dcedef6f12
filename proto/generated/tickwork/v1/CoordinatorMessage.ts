// Original file: proto/tickwork/v1/worker.proto

import type { Welcome as _tickwork_v1_Welcome, Welcome__Output as _tickwork_v1_Welcome__Output } from '../../tickwork/v1/Welcome.ts';
import type { Assignment as _tickwork_v1_Assignment, Assignment__Output as _tickwork_v1_Assignment__Output } from '../../tickwork/v1/Assignment.ts';
import type { Receipts as _tickwork_v1_Receipts, Receipts__Output as _tickwork_v1_Receipts__Output } from '../../tickwork/v1/Receipts.ts';
import type { StopTrial as _tickwork_v1_StopTrial, StopTrial__Output as _tickwork_v1_StopTrial__Output } from '../../tickwork/v1/StopTrial.ts';
import type { Drain as _tickwork_v1_Drain, Drain__Output as _tickwork_v1_Drain__Output } from '../../tickwork/v1/Drain.ts';
import type { CoordinatorBatch as _tickwork_v1_CoordinatorBatch, CoordinatorBatch__Output as _tickwork_v1_CoordinatorBatch__Output } from '../../tickwork/v1/CoordinatorBatch.ts';

export interface CoordinatorMessage {
  'welcome'?: (_tickwork_v1_Welcome | null);
  'assignment'?: (_tickwork_v1_Assignment | null);
  'receipts'?: (_tickwork_v1_Receipts | null);
  'stop'?: (_tickwork_v1_StopTrial | null);
  /**
   * Finish what runs, take nothing new.
   */
  'drain'?: (_tickwork_v1_Drain | null);
  'batch'?: (_tickwork_v1_CoordinatorBatch | null);
  'message'?: "welcome"|"assignment"|"receipts"|"stop"|"drain"|"batch";
}

export interface CoordinatorMessage__Output {
  'welcome'?: (_tickwork_v1_Welcome__Output | null);
  'assignment'?: (_tickwork_v1_Assignment__Output | null);
  'receipts'?: (_tickwork_v1_Receipts__Output | null);
  'stop'?: (_tickwork_v1_StopTrial__Output | null);
  /**
   * Finish what runs, take nothing new.
   */
  'drain'?: (_tickwork_v1_Drain__Output | null);
  'batch'?: (_tickwork_v1_CoordinatorBatch__Output | null);
  'message'?: "welcome"|"assignment"|"receipts"|"stop"|"drain"|"batch";
}
