import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.ts';
import type { CancelSweepRequest as _tickwork_v1_CancelSweepRequest, CancelSweepRequest__Output as _tickwork_v1_CancelSweepRequest__Output } from './tickwork/v1/CancelSweepRequest.ts';
import type { ConfigurationChange as _tickwork_v1_ConfigurationChange, ConfigurationChange__Output as _tickwork_v1_ConfigurationChange__Output } from './tickwork/v1/ConfigurationChange.ts';
import type { EditSweepRequest as _tickwork_v1_EditSweepRequest, EditSweepRequest__Output as _tickwork_v1_EditSweepRequest__Output } from './tickwork/v1/EditSweepRequest.ts';
import type { Factor as _tickwork_v1_Factor, Factor__Output as _tickwork_v1_Factor__Output } from './tickwork/v1/Factor.ts';
import type { GetSweepRequest as _tickwork_v1_GetSweepRequest, GetSweepRequest__Output as _tickwork_v1_GetSweepRequest__Output } from './tickwork/v1/GetSweepRequest.ts';
import type { GetTrialRequest as _tickwork_v1_GetTrialRequest, GetTrialRequest__Output as _tickwork_v1_GetTrialRequest__Output } from './tickwork/v1/GetTrialRequest.ts';
import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from './tickwork/v1/Level.ts';
import type { ListSweepsRequest as _tickwork_v1_ListSweepsRequest, ListSweepsRequest__Output as _tickwork_v1_ListSweepsRequest__Output } from './tickwork/v1/ListSweepsRequest.ts';
import type { ListSweepsResponse as _tickwork_v1_ListSweepsResponse, ListSweepsResponse__Output as _tickwork_v1_ListSweepsResponse__Output } from './tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsRequest as _tickwork_v1_ListTrialsRequest, ListTrialsRequest__Output as _tickwork_v1_ListTrialsRequest__Output } from './tickwork/v1/ListTrialsRequest.ts';
import type { ListTrialsResponse as _tickwork_v1_ListTrialsResponse, ListTrialsResponse__Output as _tickwork_v1_ListTrialsResponse__Output } from './tickwork/v1/ListTrialsResponse.ts';
import type { Metric as _tickwork_v1_Metric, Metric__Output as _tickwork_v1_Metric__Output } from './tickwork/v1/Metric.ts';
import type { PauseSweepRequest as _tickwork_v1_PauseSweepRequest, PauseSweepRequest__Output as _tickwork_v1_PauseSweepRequest__Output } from './tickwork/v1/PauseSweepRequest.ts';
import type { PlanSweepRequest as _tickwork_v1_PlanSweepRequest, PlanSweepRequest__Output as _tickwork_v1_PlanSweepRequest__Output } from './tickwork/v1/PlanSweepRequest.ts';
import type { PlannedConfiguration as _tickwork_v1_PlannedConfiguration, PlannedConfiguration__Output as _tickwork_v1_PlannedConfiguration__Output } from './tickwork/v1/PlannedConfiguration.ts';
import type { ResumeSweepRequest as _tickwork_v1_ResumeSweepRequest, ResumeSweepRequest__Output as _tickwork_v1_ResumeSweepRequest__Output } from './tickwork/v1/ResumeSweepRequest.ts';
import type { RetryFailedRequest as _tickwork_v1_RetryFailedRequest, RetryFailedRequest__Output as _tickwork_v1_RetryFailedRequest__Output } from './tickwork/v1/RetryFailedRequest.ts';
import type { SearchDecision as _tickwork_v1_SearchDecision, SearchDecision__Output as _tickwork_v1_SearchDecision__Output } from './tickwork/v1/SearchDecision.ts';
import type { SubmitSweepRequest as _tickwork_v1_SubmitSweepRequest, SubmitSweepRequest__Output as _tickwork_v1_SubmitSweepRequest__Output } from './tickwork/v1/SubmitSweepRequest.ts';
import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from './tickwork/v1/Sweep.ts';
import type { SweepEdit as _tickwork_v1_SweepEdit, SweepEdit__Output as _tickwork_v1_SweepEdit__Output } from './tickwork/v1/SweepEdit.ts';
import type { SweepPlan as _tickwork_v1_SweepPlan, SweepPlan__Output as _tickwork_v1_SweepPlan__Output } from './tickwork/v1/SweepPlan.ts';
import type { SweepServiceClient as _tickwork_v1_SweepServiceClient, SweepServiceDefinition as _tickwork_v1_SweepServiceDefinition } from './tickwork/v1/SweepService.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from './tickwork/v1/Trial.ts';
import type { TrialCounts as _tickwork_v1_TrialCounts, TrialCounts__Output as _tickwork_v1_TrialCounts__Output } from './tickwork/v1/TrialCounts.ts';
import type { TrialProgress as _tickwork_v1_TrialProgress, TrialProgress__Output as _tickwork_v1_TrialProgress__Output } from './tickwork/v1/TrialProgress.ts';
import type { WatchSweepRequest as _tickwork_v1_WatchSweepRequest, WatchSweepRequest__Output as _tickwork_v1_WatchSweepRequest__Output } from './tickwork/v1/WatchSweepRequest.ts';
import type { WatchSweepResponse as _tickwork_v1_WatchSweepResponse, WatchSweepResponse__Output as _tickwork_v1_WatchSweepResponse__Output } from './tickwork/v1/WatchSweepResponse.ts';

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
      CancelSweepRequest: MessageTypeDefinition<_tickwork_v1_CancelSweepRequest, _tickwork_v1_CancelSweepRequest__Output>
      ConfigurationChange: MessageTypeDefinition<_tickwork_v1_ConfigurationChange, _tickwork_v1_ConfigurationChange__Output>
      EditSweepRequest: MessageTypeDefinition<_tickwork_v1_EditSweepRequest, _tickwork_v1_EditSweepRequest__Output>
      Factor: MessageTypeDefinition<_tickwork_v1_Factor, _tickwork_v1_Factor__Output>
      FailureKind: EnumTypeDefinition
      GetSweepRequest: MessageTypeDefinition<_tickwork_v1_GetSweepRequest, _tickwork_v1_GetSweepRequest__Output>
      GetTrialRequest: MessageTypeDefinition<_tickwork_v1_GetTrialRequest, _tickwork_v1_GetTrialRequest__Output>
      Level: MessageTypeDefinition<_tickwork_v1_Level, _tickwork_v1_Level__Output>
      ListSweepsRequest: MessageTypeDefinition<_tickwork_v1_ListSweepsRequest, _tickwork_v1_ListSweepsRequest__Output>
      ListSweepsResponse: MessageTypeDefinition<_tickwork_v1_ListSweepsResponse, _tickwork_v1_ListSweepsResponse__Output>
      ListTrialsRequest: MessageTypeDefinition<_tickwork_v1_ListTrialsRequest, _tickwork_v1_ListTrialsRequest__Output>
      ListTrialsResponse: MessageTypeDefinition<_tickwork_v1_ListTrialsResponse, _tickwork_v1_ListTrialsResponse__Output>
      Metric: MessageTypeDefinition<_tickwork_v1_Metric, _tickwork_v1_Metric__Output>
      PauseSweepRequest: MessageTypeDefinition<_tickwork_v1_PauseSweepRequest, _tickwork_v1_PauseSweepRequest__Output>
      PlanSweepRequest: MessageTypeDefinition<_tickwork_v1_PlanSweepRequest, _tickwork_v1_PlanSweepRequest__Output>
      PlannedConfiguration: MessageTypeDefinition<_tickwork_v1_PlannedConfiguration, _tickwork_v1_PlannedConfiguration__Output>
      ResumeSweepRequest: MessageTypeDefinition<_tickwork_v1_ResumeSweepRequest, _tickwork_v1_ResumeSweepRequest__Output>
      RetryFailedRequest: MessageTypeDefinition<_tickwork_v1_RetryFailedRequest, _tickwork_v1_RetryFailedRequest__Output>
      SearchDecision: MessageTypeDefinition<_tickwork_v1_SearchDecision, _tickwork_v1_SearchDecision__Output>
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
      TrialProgress: MessageTypeDefinition<_tickwork_v1_TrialProgress, _tickwork_v1_TrialProgress__Output>
      TrialState: EnumTypeDefinition
      WatchSweepRequest: MessageTypeDefinition<_tickwork_v1_WatchSweepRequest, _tickwork_v1_WatchSweepRequest__Output>
      WatchSweepResponse: MessageTypeDefinition<_tickwork_v1_WatchSweepResponse, _tickwork_v1_WatchSweepResponse__Output>
    }
  }
}

