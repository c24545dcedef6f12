// Original file: proto/tickwork/v1/sweep.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CancelSweepRequest as _tickwork_v1_CancelSweepRequest, CancelSweepRequest__Output as _tickwork_v1_CancelSweepRequest__Output } from '../../tickwork/v1/CancelSweepRequest.ts';
import type { EditSweepRequest as _tickwork_v1_EditSweepRequest, EditSweepRequest__Output as _tickwork_v1_EditSweepRequest__Output } from '../../tickwork/v1/EditSweepRequest.ts';
import type { GetSweepRequest as _tickwork_v1_GetSweepRequest, GetSweepRequest__Output as _tickwork_v1_GetSweepRequest__Output } from '../../tickwork/v1/GetSweepRequest.ts';
import type { GetTrialRequest as _tickwork_v1_GetTrialRequest, GetTrialRequest__Output as _tickwork_v1_GetTrialRequest__Output } from '../../tickwork/v1/GetTrialRequest.ts';
import type { ListSweepsRequest as _tickwork_v1_ListSweepsRequest, ListSweepsRequest__Output as _tickwork_v1_ListSweepsRequest__Output } from '../../tickwork/v1/ListSweepsRequest.ts';
import type { ListSweepsResponse as _tickwork_v1_ListSweepsResponse, ListSweepsResponse__Output as _tickwork_v1_ListSweepsResponse__Output } from '../../tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsRequest as _tickwork_v1_ListTrialsRequest, ListTrialsRequest__Output as _tickwork_v1_ListTrialsRequest__Output } from '../../tickwork/v1/ListTrialsRequest.ts';
import type { ListTrialsResponse as _tickwork_v1_ListTrialsResponse, ListTrialsResponse__Output as _tickwork_v1_ListTrialsResponse__Output } from '../../tickwork/v1/ListTrialsResponse.ts';
import type { PauseSweepRequest as _tickwork_v1_PauseSweepRequest, PauseSweepRequest__Output as _tickwork_v1_PauseSweepRequest__Output } from '../../tickwork/v1/PauseSweepRequest.ts';
import type { PlanSweepRequest as _tickwork_v1_PlanSweepRequest, PlanSweepRequest__Output as _tickwork_v1_PlanSweepRequest__Output } from '../../tickwork/v1/PlanSweepRequest.ts';
import type { ResumeSweepRequest as _tickwork_v1_ResumeSweepRequest, ResumeSweepRequest__Output as _tickwork_v1_ResumeSweepRequest__Output } from '../../tickwork/v1/ResumeSweepRequest.ts';
import type { RetryFailedRequest as _tickwork_v1_RetryFailedRequest, RetryFailedRequest__Output as _tickwork_v1_RetryFailedRequest__Output } from '../../tickwork/v1/RetryFailedRequest.ts';
import type { SubmitSweepRequest as _tickwork_v1_SubmitSweepRequest, SubmitSweepRequest__Output as _tickwork_v1_SubmitSweepRequest__Output } from '../../tickwork/v1/SubmitSweepRequest.ts';
import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from '../../tickwork/v1/Sweep.ts';
import type { SweepEdit as _tickwork_v1_SweepEdit, SweepEdit__Output as _tickwork_v1_SweepEdit__Output } from '../../tickwork/v1/SweepEdit.ts';
import type { SweepPlan as _tickwork_v1_SweepPlan, SweepPlan__Output as _tickwork_v1_SweepPlan__Output } from '../../tickwork/v1/SweepPlan.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from '../../tickwork/v1/Trial.ts';
import type { WatchSweepRequest as _tickwork_v1_WatchSweepRequest, WatchSweepRequest__Output as _tickwork_v1_WatchSweepRequest__Output } from '../../tickwork/v1/WatchSweepRequest.ts';
import type { WatchSweepResponse as _tickwork_v1_WatchSweepResponse, WatchSweepResponse__Output as _tickwork_v1_WatchSweepResponse__Output } from '../../tickwork/v1/WatchSweepResponse.ts';

/**
 * Plans, submits and follows sweeps. Names are resource names: `sweeps/{sweep}` and `sweeps/{sweep}/trials/{cell}`.
 */
export interface SweepServiceClient extends grpc.Client {
  /**
   * Stops a sweep: no further cell starts, running trials are stopped. Committed results stay.
   */
  CancelSweep(argument: _tickwork_v1_CancelSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  CancelSweep(argument: _tickwork_v1_CancelSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  CancelSweep(argument: _tickwork_v1_CancelSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  CancelSweep(argument: _tickwork_v1_CancelSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  /**
   * Stops a sweep: no further cell starts, running trials are stopped. Committed results stay.
   */
  cancelSweep(argument: _tickwork_v1_CancelSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  cancelSweep(argument: _tickwork_v1_CancelSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  cancelSweep(argument: _tickwork_v1_CancelSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  cancelSweep(argument: _tickwork_v1_CancelSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * Replaces the study of a live sweep: cells that both have keep their number and what they have. Says what changes; with
   * dry_run nothing does.
   */
  EditSweep(argument: _tickwork_v1_EditSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  EditSweep(argument: _tickwork_v1_EditSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  EditSweep(argument: _tickwork_v1_EditSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  EditSweep(argument: _tickwork_v1_EditSweepRequest, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  /**
   * Replaces the study of a live sweep: cells that both have keep their number and what they have. Says what changes; with
   * dry_run nothing does.
   */
  editSweep(argument: _tickwork_v1_EditSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  editSweep(argument: _tickwork_v1_EditSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  editSweep(argument: _tickwork_v1_EditSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  editSweep(argument: _tickwork_v1_EditSweepRequest, callback: grpc.requestCallback<_tickwork_v1_SweepEdit__Output>): grpc.ClientUnaryCall;
  
  GetSweep(argument: _tickwork_v1_GetSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  GetSweep(argument: _tickwork_v1_GetSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  GetSweep(argument: _tickwork_v1_GetSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  GetSweep(argument: _tickwork_v1_GetSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  getSweep(argument: _tickwork_v1_GetSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  getSweep(argument: _tickwork_v1_GetSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  getSweep(argument: _tickwork_v1_GetSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  getSweep(argument: _tickwork_v1_GetSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * One cell: its state, and why it waits.
   */
  GetTrial(argument: _tickwork_v1_GetTrialRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  GetTrial(argument: _tickwork_v1_GetTrialRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  GetTrial(argument: _tickwork_v1_GetTrialRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  GetTrial(argument: _tickwork_v1_GetTrialRequest, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  /**
   * One cell: its state, and why it waits.
   */
  getTrial(argument: _tickwork_v1_GetTrialRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  getTrial(argument: _tickwork_v1_GetTrialRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  getTrial(argument: _tickwork_v1_GetTrialRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  getTrial(argument: _tickwork_v1_GetTrialRequest, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  
  /**
   * Newest first.
   */
  ListSweeps(argument: _tickwork_v1_ListSweepsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  ListSweeps(argument: _tickwork_v1_ListSweepsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  ListSweeps(argument: _tickwork_v1_ListSweepsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  ListSweeps(argument: _tickwork_v1_ListSweepsRequest, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Newest first.
   */
  listSweeps(argument: _tickwork_v1_ListSweepsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  listSweeps(argument: _tickwork_v1_ListSweepsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  listSweeps(argument: _tickwork_v1_ListSweepsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  listSweeps(argument: _tickwork_v1_ListSweepsRequest, callback: grpc.requestCallback<_tickwork_v1_ListSweepsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The cells of a sweep in the order of their index.
   */
  ListTrials(argument: _tickwork_v1_ListTrialsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  ListTrials(argument: _tickwork_v1_ListTrialsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  ListTrials(argument: _tickwork_v1_ListTrialsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  ListTrials(argument: _tickwork_v1_ListTrialsRequest, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The cells of a sweep in the order of their index.
   */
  listTrials(argument: _tickwork_v1_ListTrialsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  listTrials(argument: _tickwork_v1_ListTrialsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  listTrials(argument: _tickwork_v1_ListTrialsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  listTrials(argument: _tickwork_v1_ListTrialsRequest, callback: grpc.requestCallback<_tickwork_v1_ListTrialsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * No further cell starts until the sweep is resumed; running trials go on.
   */
  PauseSweep(argument: _tickwork_v1_PauseSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  PauseSweep(argument: _tickwork_v1_PauseSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  PauseSweep(argument: _tickwork_v1_PauseSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  PauseSweep(argument: _tickwork_v1_PauseSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  /**
   * No further cell starts until the sweep is resumed; running trials go on.
   */
  pauseSweep(argument: _tickwork_v1_PauseSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  pauseSweep(argument: _tickwork_v1_PauseSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  pauseSweep(argument: _tickwork_v1_PauseSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  pauseSweep(argument: _tickwork_v1_PauseSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * Validates a study and says what it would cost. Nothing is stored.
   */
  PlanSweep(argument: _tickwork_v1_PlanSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  PlanSweep(argument: _tickwork_v1_PlanSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  PlanSweep(argument: _tickwork_v1_PlanSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  PlanSweep(argument: _tickwork_v1_PlanSweepRequest, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  /**
   * Validates a study and says what it would cost. Nothing is stored.
   */
  planSweep(argument: _tickwork_v1_PlanSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  planSweep(argument: _tickwork_v1_PlanSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  planSweep(argument: _tickwork_v1_PlanSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  planSweep(argument: _tickwork_v1_PlanSweepRequest, callback: grpc.requestCallback<_tickwork_v1_SweepPlan__Output>): grpc.ClientUnaryCall;
  
  ResumeSweep(argument: _tickwork_v1_ResumeSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  ResumeSweep(argument: _tickwork_v1_ResumeSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  ResumeSweep(argument: _tickwork_v1_ResumeSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  ResumeSweep(argument: _tickwork_v1_ResumeSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  resumeSweep(argument: _tickwork_v1_ResumeSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  resumeSweep(argument: _tickwork_v1_ResumeSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  resumeSweep(argument: _tickwork_v1_ResumeSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  resumeSweep(argument: _tickwork_v1_ResumeSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * Failed trials wait for another attempt; a completed sweep is active again.
   */
  RetryFailed(argument: _tickwork_v1_RetryFailedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  RetryFailed(argument: _tickwork_v1_RetryFailedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  RetryFailed(argument: _tickwork_v1_RetryFailedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  RetryFailed(argument: _tickwork_v1_RetryFailedRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  /**
   * Failed trials wait for another attempt; a completed sweep is active again.
   */
  retryFailed(argument: _tickwork_v1_RetryFailedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  retryFailed(argument: _tickwork_v1_RetryFailedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  retryFailed(argument: _tickwork_v1_RetryFailedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  retryFailed(argument: _tickwork_v1_RetryFailedRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * Stores a study as a sweep and starts it. Repeating the call with the same request id returns the same sweep.
   */
  SubmitSweep(argument: _tickwork_v1_SubmitSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  SubmitSweep(argument: _tickwork_v1_SubmitSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  SubmitSweep(argument: _tickwork_v1_SubmitSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  SubmitSweep(argument: _tickwork_v1_SubmitSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  /**
   * Stores a study as a sweep and starts it. Repeating the call with the same request id returns the same sweep.
   */
  submitSweep(argument: _tickwork_v1_SubmitSweepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  submitSweep(argument: _tickwork_v1_SubmitSweepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  submitSweep(argument: _tickwork_v1_SubmitSweepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  submitSweep(argument: _tickwork_v1_SubmitSweepRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * The sweep as it is now, then one message after each change, until the sweep is finished.
   */
  WatchSweep(argument: _tickwork_v1_WatchSweepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchSweepResponse__Output>;
  WatchSweep(argument: _tickwork_v1_WatchSweepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchSweepResponse__Output>;
  /**
   * The sweep as it is now, then one message after each change, until the sweep is finished.
   */
  watchSweep(argument: _tickwork_v1_WatchSweepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchSweepResponse__Output>;
  watchSweep(argument: _tickwork_v1_WatchSweepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchSweepResponse__Output>;
  
}

/**
 * Plans, submits and follows sweeps. Names are resource names: `sweeps/{sweep}` and `sweeps/{sweep}/trials/{cell}`.
 */
export interface SweepServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Stops a sweep: no further cell starts, running trials are stopped. Committed results stay.
   */
  CancelSweep: grpc.handleUnaryCall<_tickwork_v1_CancelSweepRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * Replaces the study of a live sweep: cells that both have keep their number and what they have. Says what changes; with
   * dry_run nothing does.
   */
  EditSweep: grpc.handleUnaryCall<_tickwork_v1_EditSweepRequest__Output, _tickwork_v1_SweepEdit>;
  
  GetSweep: grpc.handleUnaryCall<_tickwork_v1_GetSweepRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * One cell: its state, and why it waits.
   */
  GetTrial: grpc.handleUnaryCall<_tickwork_v1_GetTrialRequest__Output, _tickwork_v1_Trial>;
  
  /**
   * Newest first.
   */
  ListSweeps: grpc.handleUnaryCall<_tickwork_v1_ListSweepsRequest__Output, _tickwork_v1_ListSweepsResponse>;
  
  /**
   * The cells of a sweep in the order of their index.
   */
  ListTrials: grpc.handleUnaryCall<_tickwork_v1_ListTrialsRequest__Output, _tickwork_v1_ListTrialsResponse>;
  
  /**
   * No further cell starts until the sweep is resumed; running trials go on.
   */
  PauseSweep: grpc.handleUnaryCall<_tickwork_v1_PauseSweepRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * Validates a study and says what it would cost. Nothing is stored.
   */
  PlanSweep: grpc.handleUnaryCall<_tickwork_v1_PlanSweepRequest__Output, _tickwork_v1_SweepPlan>;
  
  ResumeSweep: grpc.handleUnaryCall<_tickwork_v1_ResumeSweepRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * Failed trials wait for another attempt; a completed sweep is active again.
   */
  RetryFailed: grpc.handleUnaryCall<_tickwork_v1_RetryFailedRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * Stores a study as a sweep and starts it. Repeating the call with the same request id returns the same sweep.
   */
  SubmitSweep: grpc.handleUnaryCall<_tickwork_v1_SubmitSweepRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * The sweep as it is now, then one message after each change, until the sweep is finished.
   */
  WatchSweep: grpc.handleServerStreamingCall<_tickwork_v1_WatchSweepRequest__Output, _tickwork_v1_WatchSweepResponse>;
  
}

export interface SweepServiceDefinition extends grpc.ServiceDefinition {
  CancelSweep: MethodDefinition<_tickwork_v1_CancelSweepRequest, _tickwork_v1_Sweep, _tickwork_v1_CancelSweepRequest__Output, _tickwork_v1_Sweep__Output>
  EditSweep: MethodDefinition<_tickwork_v1_EditSweepRequest, _tickwork_v1_SweepEdit, _tickwork_v1_EditSweepRequest__Output, _tickwork_v1_SweepEdit__Output>
  GetSweep: MethodDefinition<_tickwork_v1_GetSweepRequest, _tickwork_v1_Sweep, _tickwork_v1_GetSweepRequest__Output, _tickwork_v1_Sweep__Output>
  GetTrial: MethodDefinition<_tickwork_v1_GetTrialRequest, _tickwork_v1_Trial, _tickwork_v1_GetTrialRequest__Output, _tickwork_v1_Trial__Output>
  ListSweeps: MethodDefinition<_tickwork_v1_ListSweepsRequest, _tickwork_v1_ListSweepsResponse, _tickwork_v1_ListSweepsRequest__Output, _tickwork_v1_ListSweepsResponse__Output>
  ListTrials: MethodDefinition<_tickwork_v1_ListTrialsRequest, _tickwork_v1_ListTrialsResponse, _tickwork_v1_ListTrialsRequest__Output, _tickwork_v1_ListTrialsResponse__Output>
  PauseSweep: MethodDefinition<_tickwork_v1_PauseSweepRequest, _tickwork_v1_Sweep, _tickwork_v1_PauseSweepRequest__Output, _tickwork_v1_Sweep__Output>
  PlanSweep: MethodDefinition<_tickwork_v1_PlanSweepRequest, _tickwork_v1_SweepPlan, _tickwork_v1_PlanSweepRequest__Output, _tickwork_v1_SweepPlan__Output>
  ResumeSweep: MethodDefinition<_tickwork_v1_ResumeSweepRequest, _tickwork_v1_Sweep, _tickwork_v1_ResumeSweepRequest__Output, _tickwork_v1_Sweep__Output>
  RetryFailed: MethodDefinition<_tickwork_v1_RetryFailedRequest, _tickwork_v1_Sweep, _tickwork_v1_RetryFailedRequest__Output, _tickwork_v1_Sweep__Output>
  SubmitSweep: MethodDefinition<_tickwork_v1_SubmitSweepRequest, _tickwork_v1_Sweep, _tickwork_v1_SubmitSweepRequest__Output, _tickwork_v1_Sweep__Output>
  WatchSweep: MethodDefinition<_tickwork_v1_WatchSweepRequest, _tickwork_v1_WatchSweepResponse, _tickwork_v1_WatchSweepRequest__Output, _tickwork_v1_WatchSweepResponse__Output>
}
