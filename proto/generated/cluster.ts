import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.ts';
import type { Assignment as _tickwork_v1_Assignment, Assignment__Output as _tickwork_v1_Assignment__Output } from './tickwork/v1/Assignment.ts';
import type { CancelSweepRequest as _tickwork_v1_CancelSweepRequest, CancelSweepRequest__Output as _tickwork_v1_CancelSweepRequest__Output } from './tickwork/v1/CancelSweepRequest.ts';
import type { ClusterServiceClient as _tickwork_v1_ClusterServiceClient, ClusterServiceDefinition as _tickwork_v1_ClusterServiceDefinition } from './tickwork/v1/ClusterService.ts';
import type { ClusterStatus as _tickwork_v1_ClusterStatus, ClusterStatus__Output as _tickwork_v1_ClusterStatus__Output } from './tickwork/v1/ClusterStatus.ts';
import type { CommandPrefix as _tickwork_v1_CommandPrefix, CommandPrefix__Output as _tickwork_v1_CommandPrefix__Output } from './tickwork/v1/CommandPrefix.ts';
import type { ConfigurationChange as _tickwork_v1_ConfigurationChange, ConfigurationChange__Output as _tickwork_v1_ConfigurationChange__Output } from './tickwork/v1/ConfigurationChange.ts';
import type { CoordinatorBatch as _tickwork_v1_CoordinatorBatch, CoordinatorBatch__Output as _tickwork_v1_CoordinatorBatch__Output } from './tickwork/v1/CoordinatorBatch.ts';
import type { CoordinatorMessage as _tickwork_v1_CoordinatorMessage, CoordinatorMessage__Output as _tickwork_v1_CoordinatorMessage__Output } from './tickwork/v1/CoordinatorMessage.ts';
import type { Device as _tickwork_v1_Device, Device__Output as _tickwork_v1_Device__Output } from './tickwork/v1/Device.ts';
import type { Drain as _tickwork_v1_Drain, Drain__Output as _tickwork_v1_Drain__Output } from './tickwork/v1/Drain.ts';
import type { DrainWorkerRequest as _tickwork_v1_DrainWorkerRequest, DrainWorkerRequest__Output as _tickwork_v1_DrainWorkerRequest__Output } from './tickwork/v1/DrainWorkerRequest.ts';
import type { EditSweepRequest as _tickwork_v1_EditSweepRequest, EditSweepRequest__Output as _tickwork_v1_EditSweepRequest__Output } from './tickwork/v1/EditSweepRequest.ts';
import type { Factor as _tickwork_v1_Factor, Factor__Output as _tickwork_v1_Factor__Output } from './tickwork/v1/Factor.ts';
import type { GetStatusRequest as _tickwork_v1_GetStatusRequest, GetStatusRequest__Output as _tickwork_v1_GetStatusRequest__Output } from './tickwork/v1/GetStatusRequest.ts';
import type { GetSweepRequest as _tickwork_v1_GetSweepRequest, GetSweepRequest__Output as _tickwork_v1_GetSweepRequest__Output } from './tickwork/v1/GetSweepRequest.ts';
import type { GetTrialRequest as _tickwork_v1_GetTrialRequest, GetTrialRequest__Output as _tickwork_v1_GetTrialRequest__Output } from './tickwork/v1/GetTrialRequest.ts';
import type { Heartbeat as _tickwork_v1_Heartbeat, Heartbeat__Output as _tickwork_v1_Heartbeat__Output } from './tickwork/v1/Heartbeat.ts';
import type { Hello as _tickwork_v1_Hello, Hello__Output as _tickwork_v1_Hello__Output } from './tickwork/v1/Hello.ts';
import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from './tickwork/v1/Lease.ts';
import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from './tickwork/v1/Level.ts';
import type { ListSweepsRequest as _tickwork_v1_ListSweepsRequest, ListSweepsRequest__Output as _tickwork_v1_ListSweepsRequest__Output } from './tickwork/v1/ListSweepsRequest.ts';
import type { ListSweepsResponse as _tickwork_v1_ListSweepsResponse, ListSweepsResponse__Output as _tickwork_v1_ListSweepsResponse__Output } from './tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsRequest as _tickwork_v1_ListTrialsRequest, ListTrialsRequest__Output as _tickwork_v1_ListTrialsRequest__Output } from './tickwork/v1/ListTrialsRequest.ts';
import type { ListTrialsResponse as _tickwork_v1_ListTrialsResponse, ListTrialsResponse__Output as _tickwork_v1_ListTrialsResponse__Output } from './tickwork/v1/ListTrialsResponse.ts';
import type { ListWorkersRequest as _tickwork_v1_ListWorkersRequest, ListWorkersRequest__Output as _tickwork_v1_ListWorkersRequest__Output } from './tickwork/v1/ListWorkersRequest.ts';
import type { ListWorkersResponse as _tickwork_v1_ListWorkersResponse, ListWorkersResponse__Output as _tickwork_v1_ListWorkersResponse__Output } from './tickwork/v1/ListWorkersResponse.ts';
import type { Metric as _tickwork_v1_Metric, Metric__Output as _tickwork_v1_Metric__Output } from './tickwork/v1/Metric.ts';
import type { PauseSweepRequest as _tickwork_v1_PauseSweepRequest, PauseSweepRequest__Output as _tickwork_v1_PauseSweepRequest__Output } from './tickwork/v1/PauseSweepRequest.ts';
import type { PlanSweepRequest as _tickwork_v1_PlanSweepRequest, PlanSweepRequest__Output as _tickwork_v1_PlanSweepRequest__Output } from './tickwork/v1/PlanSweepRequest.ts';
import type { PlannedConfiguration as _tickwork_v1_PlannedConfiguration, PlannedConfiguration__Output as _tickwork_v1_PlannedConfiguration__Output } from './tickwork/v1/PlannedConfiguration.ts';
import type { Receipt as _tickwork_v1_Receipt, Receipt__Output as _tickwork_v1_Receipt__Output } from './tickwork/v1/Receipt.ts';
import type { Receipts as _tickwork_v1_Receipts, Receipts__Output as _tickwork_v1_Receipts__Output } from './tickwork/v1/Receipts.ts';
import type { ResumeSweepRequest as _tickwork_v1_ResumeSweepRequest, ResumeSweepRequest__Output as _tickwork_v1_ResumeSweepRequest__Output } from './tickwork/v1/ResumeSweepRequest.ts';
import type { RetryFailedRequest as _tickwork_v1_RetryFailedRequest, RetryFailedRequest__Output as _tickwork_v1_RetryFailedRequest__Output } from './tickwork/v1/RetryFailedRequest.ts';
import type { RunningTrial as _tickwork_v1_RunningTrial, RunningTrial__Output as _tickwork_v1_RunningTrial__Output } from './tickwork/v1/RunningTrial.ts';
import type { SearchDecision as _tickwork_v1_SearchDecision, SearchDecision__Output as _tickwork_v1_SearchDecision__Output } from './tickwork/v1/SearchDecision.ts';
import type { StopTrial as _tickwork_v1_StopTrial, StopTrial__Output as _tickwork_v1_StopTrial__Output } from './tickwork/v1/StopTrial.ts';
import type { SubmitSweepRequest as _tickwork_v1_SubmitSweepRequest, SubmitSweepRequest__Output as _tickwork_v1_SubmitSweepRequest__Output } from './tickwork/v1/SubmitSweepRequest.ts';
import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from './tickwork/v1/Sweep.ts';
import type { SweepEdit as _tickwork_v1_SweepEdit, SweepEdit__Output as _tickwork_v1_SweepEdit__Output } from './tickwork/v1/SweepEdit.ts';
import type { SweepPlan as _tickwork_v1_SweepPlan, SweepPlan__Output as _tickwork_v1_SweepPlan__Output } from './tickwork/v1/SweepPlan.ts';
import type { SweepServiceClient as _tickwork_v1_SweepServiceClient, SweepServiceDefinition as _tickwork_v1_SweepServiceDefinition } from './tickwork/v1/SweepService.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from './tickwork/v1/Trial.ts';
import type { TrialCounts as _tickwork_v1_TrialCounts, TrialCounts__Output as _tickwork_v1_TrialCounts__Output } from './tickwork/v1/TrialCounts.ts';
import type { TrialEnded as _tickwork_v1_TrialEnded, TrialEnded__Output as _tickwork_v1_TrialEnded__Output } from './tickwork/v1/TrialEnded.ts';
import type { TrialProgress as _tickwork_v1_TrialProgress, TrialProgress__Output as _tickwork_v1_TrialProgress__Output } from './tickwork/v1/TrialProgress.ts';
import type { TrialReleased as _tickwork_v1_TrialReleased, TrialReleased__Output as _tickwork_v1_TrialReleased__Output } from './tickwork/v1/TrialReleased.ts';
import type { TrialStarted as _tickwork_v1_TrialStarted, TrialStarted__Output as _tickwork_v1_TrialStarted__Output } from './tickwork/v1/TrialStarted.ts';
import type { UnreceiptedRecords as _tickwork_v1_UnreceiptedRecords, UnreceiptedRecords__Output as _tickwork_v1_UnreceiptedRecords__Output } from './tickwork/v1/UnreceiptedRecords.ts';
import type { WatchSweepRequest as _tickwork_v1_WatchSweepRequest, WatchSweepRequest__Output as _tickwork_v1_WatchSweepRequest__Output } from './tickwork/v1/WatchSweepRequest.ts';
import type { WatchSweepResponse as _tickwork_v1_WatchSweepResponse, WatchSweepResponse__Output as _tickwork_v1_WatchSweepResponse__Output } from './tickwork/v1/WatchSweepResponse.ts';
import type { Welcome as _tickwork_v1_Welcome, Welcome__Output as _tickwork_v1_Welcome__Output } from './tickwork/v1/Welcome.ts';
import type { Worker as _tickwork_v1_Worker, Worker__Output as _tickwork_v1_Worker__Output } from './tickwork/v1/Worker.ts';
import type { WorkerBatch as _tickwork_v1_WorkerBatch, WorkerBatch__Output as _tickwork_v1_WorkerBatch__Output } from './tickwork/v1/WorkerBatch.ts';
import type { WorkerMessage as _tickwork_v1_WorkerMessage, WorkerMessage__Output as _tickwork_v1_WorkerMessage__Output } from './tickwork/v1/WorkerMessage.ts';
import type { WorkerServiceClient as _tickwork_v1_WorkerServiceClient, WorkerServiceDefinition as _tickwork_v1_WorkerServiceDefinition } from './tickwork/v1/WorkerService.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_Timestamp__Output>
    }
  }
  tickwork: {
    v1: {
      Assignment: MessageTypeDefinition<_tickwork_v1_Assignment, _tickwork_v1_Assignment__Output>
      CancelSweepRequest: MessageTypeDefinition<_tickwork_v1_CancelSweepRequest, _tickwork_v1_CancelSweepRequest__Output>
      ClusterService: SubtypeConstructor<typeof grpc.Client, _tickwork_v1_ClusterServiceClient> & { service: _tickwork_v1_ClusterServiceDefinition }
      ClusterStatus: MessageTypeDefinition<_tickwork_v1_ClusterStatus, _tickwork_v1_ClusterStatus__Output>
      CommandPrefix: MessageTypeDefinition<_tickwork_v1_CommandPrefix, _tickwork_v1_CommandPrefix__Output>
      ConfigurationChange: MessageTypeDefinition<_tickwork_v1_ConfigurationChange, _tickwork_v1_ConfigurationChange__Output>
      CoordinatorBatch: MessageTypeDefinition<_tickwork_v1_CoordinatorBatch, _tickwork_v1_CoordinatorBatch__Output>
      CoordinatorMessage: MessageTypeDefinition<_tickwork_v1_CoordinatorMessage, _tickwork_v1_CoordinatorMessage__Output>
      Device: MessageTypeDefinition<_tickwork_v1_Device, _tickwork_v1_Device__Output>
      Disposition: EnumTypeDefinition
      Drain: MessageTypeDefinition<_tickwork_v1_Drain, _tickwork_v1_Drain__Output>
      DrainWorkerRequest: MessageTypeDefinition<_tickwork_v1_DrainWorkerRequest, _tickwork_v1_DrainWorkerRequest__Output>
      EditSweepRequest: MessageTypeDefinition<_tickwork_v1_EditSweepRequest, _tickwork_v1_EditSweepRequest__Output>
      Factor: MessageTypeDefinition<_tickwork_v1_Factor, _tickwork_v1_Factor__Output>
      FailureKind: EnumTypeDefinition
      GetStatusRequest: MessageTypeDefinition<_tickwork_v1_GetStatusRequest, _tickwork_v1_GetStatusRequest__Output>
      GetSweepRequest: MessageTypeDefinition<_tickwork_v1_GetSweepRequest, _tickwork_v1_GetSweepRequest__Output>
      GetTrialRequest: MessageTypeDefinition<_tickwork_v1_GetTrialRequest, _tickwork_v1_GetTrialRequest__Output>
      Heartbeat: MessageTypeDefinition<_tickwork_v1_Heartbeat, _tickwork_v1_Heartbeat__Output>
      Hello: MessageTypeDefinition<_tickwork_v1_Hello, _tickwork_v1_Hello__Output>
      Lease: MessageTypeDefinition<_tickwork_v1_Lease, _tickwork_v1_Lease__Output>
      Level: MessageTypeDefinition<_tickwork_v1_Level, _tickwork_v1_Level__Output>
      ListSweepsRequest: MessageTypeDefinition<_tickwork_v1_ListSweepsRequest, _tickwork_v1_ListSweepsRequest__Output>
      ListSweepsResponse: MessageTypeDefinition<_tickwork_v1_ListSweepsResponse, _tickwork_v1_ListSweepsResponse__Output>
      ListTrialsRequest: MessageTypeDefinition<_tickwork_v1_ListTrialsRequest, _tickwork_v1_ListTrialsRequest__Output>
      ListTrialsResponse: MessageTypeDefinition<_tickwork_v1_ListTrialsResponse, _tickwork_v1_ListTrialsResponse__Output>
      ListWorkersRequest: MessageTypeDefinition<_tickwork_v1_ListWorkersRequest, _tickwork_v1_ListWorkersRequest__Output>
      ListWorkersResponse: MessageTypeDefinition<_tickwork_v1_ListWorkersResponse, _tickwork_v1_ListWorkersResponse__Output>
      Metric: MessageTypeDefinition<_tickwork_v1_Metric, _tickwork_v1_Metric__Output>
      PauseSweepRequest: MessageTypeDefinition<_tickwork_v1_PauseSweepRequest, _tickwork_v1_PauseSweepRequest__Output>
      PlanSweepRequest: MessageTypeDefinition<_tickwork_v1_PlanSweepRequest, _tickwork_v1_PlanSweepRequest__Output>
      PlannedConfiguration: MessageTypeDefinition<_tickwork_v1_PlannedConfiguration, _tickwork_v1_PlannedConfiguration__Output>
      Receipt: MessageTypeDefinition<_tickwork_v1_Receipt, _tickwork_v1_Receipt__Output>
      Receipts: MessageTypeDefinition<_tickwork_v1_Receipts, _tickwork_v1_Receipts__Output>
      ResumeSweepRequest: MessageTypeDefinition<_tickwork_v1_ResumeSweepRequest, _tickwork_v1_ResumeSweepRequest__Output>
      RetryFailedRequest: MessageTypeDefinition<_tickwork_v1_RetryFailedRequest, _tickwork_v1_RetryFailedRequest__Output>
      RunningTrial: MessageTypeDefinition<_tickwork_v1_RunningTrial, _tickwork_v1_RunningTrial__Output>
      SearchDecision: MessageTypeDefinition<_tickwork_v1_SearchDecision, _tickwork_v1_SearchDecision__Output>
      StopTrial: MessageTypeDefinition<_tickwork_v1_StopTrial, _tickwork_v1_StopTrial__Output>
      SubmitSweepRequest: MessageTypeDefinition<_tickwork_v1_SubmitSweepRequest, _tickwork_v1_SubmitSweepRequest__Output>
      Sweep: MessageTypeDefinition<_tickwork_v1_Sweep, _tickwork_v1_Sweep__Output>
      SweepEdit: MessageTypeDefinition<_tickwork_v1_SweepEdit, _tickwork_v1_SweepEdit__Output>
      SweepPlan: MessageTypeDefinition<_tickwork_v1_SweepPlan, _tickwork_v1_SweepPlan__Output>
      /**
       * Plans, submits and follows sweeps. Names are resource names: `sweeps/{sweep}` and `sweeps/{sweep}/trials/{cell}`.
       */
      SweepService: SubtypeConstructor<typeof grpc.Client, _tickwork_v1_SweepServiceClient> & { service: _tickwork_v1_SweepServiceDefinition }
      SweepState: EnumTypeDefinition
      Trial: MessageTypeDefinition<_tickwork_v1_Trial, _tickwork_v1_Trial__Output>
      TrialCounts: MessageTypeDefinition<_tickwork_v1_TrialCounts, _tickwork_v1_TrialCounts__Output>
      TrialEnded: MessageTypeDefinition<_tickwork_v1_TrialEnded, _tickwork_v1_TrialEnded__Output>
      TrialProgress: MessageTypeDefinition<_tickwork_v1_TrialProgress, _tickwork_v1_TrialProgress__Output>
      TrialReleased: MessageTypeDefinition<_tickwork_v1_TrialReleased, _tickwork_v1_TrialReleased__Output>
      TrialStarted: MessageTypeDefinition<_tickwork_v1_TrialStarted, _tickwork_v1_TrialStarted__Output>
      TrialState: EnumTypeDefinition
      UnreceiptedRecords: MessageTypeDefinition<_tickwork_v1_UnreceiptedRecords, _tickwork_v1_UnreceiptedRecords__Output>
      WatchSweepRequest: MessageTypeDefinition<_tickwork_v1_WatchSweepRequest, _tickwork_v1_WatchSweepRequest__Output>
      WatchSweepResponse: MessageTypeDefinition<_tickwork_v1_WatchSweepResponse, _tickwork_v1_WatchSweepResponse__Output>
      Welcome: MessageTypeDefinition<_tickwork_v1_Welcome, _tickwork_v1_Welcome__Output>
      Worker: MessageTypeDefinition<_tickwork_v1_Worker, _tickwork_v1_Worker__Output>
      WorkerBatch: MessageTypeDefinition<_tickwork_v1_WorkerBatch, _tickwork_v1_WorkerBatch__Output>
      WorkerMessage: MessageTypeDefinition<_tickwork_v1_WorkerMessage, _tickwork_v1_WorkerMessage__Output>
      /**
       * The worker's side of the cluster: one stream for each worker process, for as long as it lives.
       * Results do not travel here but through NATS; the stream carries leases, heartbeats and commit receipts.
       */
      WorkerService: SubtypeConstructor<typeof grpc.Client, _tickwork_v1_WorkerServiceClient> & { service: _tickwork_v1_WorkerServiceDefinition }
      WorkerState: EnumTypeDefinition
    }
  }
}

