import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.ts';
import type { Aggregate as _tickwork_v1_Aggregate, Aggregate__Output as _tickwork_v1_Aggregate__Output } from './tickwork/v1/Aggregate.ts';
import type { AskRequest as _tickwork_v1_AskRequest, AskRequest__Output as _tickwork_v1_AskRequest__Output } from './tickwork/v1/AskRequest.ts';
import type { AskResponse as _tickwork_v1_AskResponse, AskResponse__Output as _tickwork_v1_AskResponse__Output } from './tickwork/v1/AskResponse.ts';
import type { CancelSweepRequest as _tickwork_v1_CancelSweepRequest, CancelSweepRequest__Output as _tickwork_v1_CancelSweepRequest__Output } from './tickwork/v1/CancelSweepRequest.ts';
import type { ConfigurationChange as _tickwork_v1_ConfigurationChange, ConfigurationChange__Output as _tickwork_v1_ConfigurationChange__Output } from './tickwork/v1/ConfigurationChange.ts';
import type { Difference as _tickwork_v1_Difference, Difference__Output as _tickwork_v1_Difference__Output } from './tickwork/v1/Difference.ts';
import type { EditSweepRequest as _tickwork_v1_EditSweepRequest, EditSweepRequest__Output as _tickwork_v1_EditSweepRequest__Output } from './tickwork/v1/EditSweepRequest.ts';
import type { EndSearchRequest as _tickwork_v1_EndSearchRequest, EndSearchRequest__Output as _tickwork_v1_EndSearchRequest__Output } from './tickwork/v1/EndSearchRequest.ts';
import type { ExportChunk as _tickwork_v1_ExportChunk, ExportChunk__Output as _tickwork_v1_ExportChunk__Output } from './tickwork/v1/ExportChunk.ts';
import type { ExportTableRequest as _tickwork_v1_ExportTableRequest, ExportTableRequest__Output as _tickwork_v1_ExportTableRequest__Output } from './tickwork/v1/ExportTableRequest.ts';
import type { Factor as _tickwork_v1_Factor, Factor__Output as _tickwork_v1_Factor__Output } from './tickwork/v1/Factor.ts';
import type { FailureCount as _tickwork_v1_FailureCount, FailureCount__Output as _tickwork_v1_FailureCount__Output } from './tickwork/v1/FailureCount.ts';
import type { GetSweepRequest as _tickwork_v1_GetSweepRequest, GetSweepRequest__Output as _tickwork_v1_GetSweepRequest__Output } from './tickwork/v1/GetSweepRequest.ts';
import type { GetTableRequest as _tickwork_v1_GetTableRequest, GetTableRequest__Output as _tickwork_v1_GetTableRequest__Output } from './tickwork/v1/GetTableRequest.ts';
import type { GetTrialRequest as _tickwork_v1_GetTrialRequest, GetTrialRequest__Output as _tickwork_v1_GetTrialRequest__Output } from './tickwork/v1/GetTrialRequest.ts';
import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from './tickwork/v1/Level.ts';
import type { ListReportsRequest as _tickwork_v1_ListReportsRequest, ListReportsRequest__Output as _tickwork_v1_ListReportsRequest__Output } from './tickwork/v1/ListReportsRequest.ts';
import type { ListReportsResponse as _tickwork_v1_ListReportsResponse, ListReportsResponse__Output as _tickwork_v1_ListReportsResponse__Output } from './tickwork/v1/ListReportsResponse.ts';
import type { ListSweepsRequest as _tickwork_v1_ListSweepsRequest, ListSweepsRequest__Output as _tickwork_v1_ListSweepsRequest__Output } from './tickwork/v1/ListSweepsRequest.ts';
import type { ListSweepsResponse as _tickwork_v1_ListSweepsResponse, ListSweepsResponse__Output as _tickwork_v1_ListSweepsResponse__Output } from './tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsRequest as _tickwork_v1_ListTrialsRequest, ListTrialsRequest__Output as _tickwork_v1_ListTrialsRequest__Output } from './tickwork/v1/ListTrialsRequest.ts';
import type { ListTrialsResponse as _tickwork_v1_ListTrialsResponse, ListTrialsResponse__Output as _tickwork_v1_ListTrialsResponse__Output } from './tickwork/v1/ListTrialsResponse.ts';
import type { Metric as _tickwork_v1_Metric, Metric__Output as _tickwork_v1_Metric__Output } from './tickwork/v1/Metric.ts';
import type { MetricColumn as _tickwork_v1_MetricColumn, MetricColumn__Output as _tickwork_v1_MetricColumn__Output } from './tickwork/v1/MetricColumn.ts';
import type { PauseSweepRequest as _tickwork_v1_PauseSweepRequest, PauseSweepRequest__Output as _tickwork_v1_PauseSweepRequest__Output } from './tickwork/v1/PauseSweepRequest.ts';
import type { PlanSweepRequest as _tickwork_v1_PlanSweepRequest, PlanSweepRequest__Output as _tickwork_v1_PlanSweepRequest__Output } from './tickwork/v1/PlanSweepRequest.ts';
import type { PlannedConfiguration as _tickwork_v1_PlannedConfiguration, PlannedConfiguration__Output as _tickwork_v1_PlannedConfiguration__Output } from './tickwork/v1/PlannedConfiguration.ts';
import type { PublishedValue as _tickwork_v1_PublishedValue, PublishedValue__Output as _tickwork_v1_PublishedValue__Output } from './tickwork/v1/PublishedValue.ts';
import type { Report as _tickwork_v1_Report, Report__Output as _tickwork_v1_Report__Output } from './tickwork/v1/Report.ts';
import type { ResultServiceClient as _tickwork_v1_ResultServiceClient, ResultServiceDefinition as _tickwork_v1_ResultServiceDefinition } from './tickwork/v1/ResultService.ts';
import type { ResumeSweepRequest as _tickwork_v1_ResumeSweepRequest, ResumeSweepRequest__Output as _tickwork_v1_ResumeSweepRequest__Output } from './tickwork/v1/ResumeSweepRequest.ts';
import type { RetryFailedRequest as _tickwork_v1_RetryFailedRequest, RetryFailedRequest__Output as _tickwork_v1_RetryFailedRequest__Output } from './tickwork/v1/RetryFailedRequest.ts';
import type { SearchDecision as _tickwork_v1_SearchDecision, SearchDecision__Output as _tickwork_v1_SearchDecision__Output } from './tickwork/v1/SearchDecision.ts';
import type { SearchServiceClient as _tickwork_v1_SearchServiceClient, SearchServiceDefinition as _tickwork_v1_SearchServiceDefinition } from './tickwork/v1/SearchService.ts';
import type { SubmitSweepRequest as _tickwork_v1_SubmitSweepRequest, SubmitSweepRequest__Output as _tickwork_v1_SubmitSweepRequest__Output } from './tickwork/v1/SubmitSweepRequest.ts';
import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from './tickwork/v1/Sweep.ts';
import type { SweepEdit as _tickwork_v1_SweepEdit, SweepEdit__Output as _tickwork_v1_SweepEdit__Output } from './tickwork/v1/SweepEdit.ts';
import type { SweepPlan as _tickwork_v1_SweepPlan, SweepPlan__Output as _tickwork_v1_SweepPlan__Output } from './tickwork/v1/SweepPlan.ts';
import type { SweepServiceClient as _tickwork_v1_SweepServiceClient, SweepServiceDefinition as _tickwork_v1_SweepServiceDefinition } from './tickwork/v1/SweepService.ts';
import type { Table as _tickwork_v1_Table, Table__Output as _tickwork_v1_Table__Output } from './tickwork/v1/Table.ts';
import type { TableRow as _tickwork_v1_TableRow, TableRow__Output as _tickwork_v1_TableRow__Output } from './tickwork/v1/TableRow.ts';
import type { TellPrunedRequest as _tickwork_v1_TellPrunedRequest, TellPrunedRequest__Output as _tickwork_v1_TellPrunedRequest__Output } from './tickwork/v1/TellPrunedRequest.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from './tickwork/v1/Trial.ts';
import type { TrialCounts as _tickwork_v1_TrialCounts, TrialCounts__Output as _tickwork_v1_TrialCounts__Output } from './tickwork/v1/TrialCounts.ts';
import type { TrialProgress as _tickwork_v1_TrialProgress, TrialProgress__Output as _tickwork_v1_TrialProgress__Output } from './tickwork/v1/TrialProgress.ts';
import type { WatchOutcomesRequest as _tickwork_v1_WatchOutcomesRequest, WatchOutcomesRequest__Output as _tickwork_v1_WatchOutcomesRequest__Output } from './tickwork/v1/WatchOutcomesRequest.ts';
import type { WatchOutcomesResponse as _tickwork_v1_WatchOutcomesResponse, WatchOutcomesResponse__Output as _tickwork_v1_WatchOutcomesResponse__Output } from './tickwork/v1/WatchOutcomesResponse.ts';
import type { WatchSweepRequest as _tickwork_v1_WatchSweepRequest, WatchSweepRequest__Output as _tickwork_v1_WatchSweepRequest__Output } from './tickwork/v1/WatchSweepRequest.ts';
import type { WatchSweepResponse as _tickwork_v1_WatchSweepResponse, WatchSweepResponse__Output as _tickwork_v1_WatchSweepResponse__Output } from './tickwork/v1/WatchSweepResponse.ts';
import type { WatchTableRequest as _tickwork_v1_WatchTableRequest, WatchTableRequest__Output as _tickwork_v1_WatchTableRequest__Output } from './tickwork/v1/WatchTableRequest.ts';

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
      Aggregate: MessageTypeDefinition<_tickwork_v1_Aggregate, _tickwork_v1_Aggregate__Output>
      AskRequest: MessageTypeDefinition<_tickwork_v1_AskRequest, _tickwork_v1_AskRequest__Output>
      AskResponse: MessageTypeDefinition<_tickwork_v1_AskResponse, _tickwork_v1_AskResponse__Output>
      CancelSweepRequest: MessageTypeDefinition<_tickwork_v1_CancelSweepRequest, _tickwork_v1_CancelSweepRequest__Output>
      ConfigurationChange: MessageTypeDefinition<_tickwork_v1_ConfigurationChange, _tickwork_v1_ConfigurationChange__Output>
      Difference: MessageTypeDefinition<_tickwork_v1_Difference, _tickwork_v1_Difference__Output>
      EditSweepRequest: MessageTypeDefinition<_tickwork_v1_EditSweepRequest, _tickwork_v1_EditSweepRequest__Output>
      EndSearchRequest: MessageTypeDefinition<_tickwork_v1_EndSearchRequest, _tickwork_v1_EndSearchRequest__Output>
      ExportChunk: MessageTypeDefinition<_tickwork_v1_ExportChunk, _tickwork_v1_ExportChunk__Output>
      ExportTableRequest: MessageTypeDefinition<_tickwork_v1_ExportTableRequest, _tickwork_v1_ExportTableRequest__Output>
      Factor: MessageTypeDefinition<_tickwork_v1_Factor, _tickwork_v1_Factor__Output>
      FailureCount: MessageTypeDefinition<_tickwork_v1_FailureCount, _tickwork_v1_FailureCount__Output>
      FailureKind: EnumTypeDefinition
      GetSweepRequest: MessageTypeDefinition<_tickwork_v1_GetSweepRequest, _tickwork_v1_GetSweepRequest__Output>
      GetTableRequest: MessageTypeDefinition<_tickwork_v1_GetTableRequest, _tickwork_v1_GetTableRequest__Output>
      GetTrialRequest: MessageTypeDefinition<_tickwork_v1_GetTrialRequest, _tickwork_v1_GetTrialRequest__Output>
      Level: MessageTypeDefinition<_tickwork_v1_Level, _tickwork_v1_Level__Output>
      ListReportsRequest: MessageTypeDefinition<_tickwork_v1_ListReportsRequest, _tickwork_v1_ListReportsRequest__Output>
      ListReportsResponse: MessageTypeDefinition<_tickwork_v1_ListReportsResponse, _tickwork_v1_ListReportsResponse__Output>
      ListSweepsRequest: MessageTypeDefinition<_tickwork_v1_ListSweepsRequest, _tickwork_v1_ListSweepsRequest__Output>
      ListSweepsResponse: MessageTypeDefinition<_tickwork_v1_ListSweepsResponse, _tickwork_v1_ListSweepsResponse__Output>
      ListTrialsRequest: MessageTypeDefinition<_tickwork_v1_ListTrialsRequest, _tickwork_v1_ListTrialsRequest__Output>
      ListTrialsResponse: MessageTypeDefinition<_tickwork_v1_ListTrialsResponse, _tickwork_v1_ListTrialsResponse__Output>
      Metric: MessageTypeDefinition<_tickwork_v1_Metric, _tickwork_v1_Metric__Output>
      MetricColumn: MessageTypeDefinition<_tickwork_v1_MetricColumn, _tickwork_v1_MetricColumn__Output>
      PauseSweepRequest: MessageTypeDefinition<_tickwork_v1_PauseSweepRequest, _tickwork_v1_PauseSweepRequest__Output>
      PlanSweepRequest: MessageTypeDefinition<_tickwork_v1_PlanSweepRequest, _tickwork_v1_PlanSweepRequest__Output>
      PlannedConfiguration: MessageTypeDefinition<_tickwork_v1_PlannedConfiguration, _tickwork_v1_PlannedConfiguration__Output>
      PublishedValue: MessageTypeDefinition<_tickwork_v1_PublishedValue, _tickwork_v1_PublishedValue__Output>
      Report: MessageTypeDefinition<_tickwork_v1_Report, _tickwork_v1_Report__Output>
      /**
       * Aggregated result tables. Every number in them comes from committed rows, or is marked as published elsewhere.
       */
      ResultService: SubtypeConstructor<typeof grpc.Client, _tickwork_v1_ResultServiceClient> & { service: _tickwork_v1_ResultServiceDefinition }
      ResumeSweepRequest: MessageTypeDefinition<_tickwork_v1_ResumeSweepRequest, _tickwork_v1_ResumeSweepRequest__Output>
      RetryFailedRequest: MessageTypeDefinition<_tickwork_v1_RetryFailedRequest, _tickwork_v1_RetryFailedRequest__Output>
      SearchDecision: MessageTypeDefinition<_tickwork_v1_SearchDecision, _tickwork_v1_SearchDecision__Output>
      /**
       * Ask and tell: a program outside of the cluster, Optuna for example, decides which configurations a sweep runs. Such a sweep is
       * submitted like any other; its study says `sampler: { ask: { samples: N } }`.
       */
      SearchService: SubtypeConstructor<typeof grpc.Client, _tickwork_v1_SearchServiceClient> & { service: _tickwork_v1_SearchServiceDefinition }
      SubmitSweepRequest: MessageTypeDefinition<_tickwork_v1_SubmitSweepRequest, _tickwork_v1_SubmitSweepRequest__Output>
      Sweep: MessageTypeDefinition<_tickwork_v1_Sweep, _tickwork_v1_Sweep__Output>
      SweepEdit: MessageTypeDefinition<_tickwork_v1_SweepEdit, _tickwork_v1_SweepEdit__Output>
      SweepPlan: MessageTypeDefinition<_tickwork_v1_SweepPlan, _tickwork_v1_SweepPlan__Output>
      /**
       * Plans, submits and follows sweeps. Names are resource names: `sweeps/{sweep}` and `sweeps/{sweep}/trials/{cell}`.
       */
      SweepService: SubtypeConstructor<typeof grpc.Client, _tickwork_v1_SweepServiceClient> & { service: _tickwork_v1_SweepServiceDefinition }
      SweepState: EnumTypeDefinition
      Table: MessageTypeDefinition<_tickwork_v1_Table, _tickwork_v1_Table__Output>
      TableFormat: EnumTypeDefinition
      TableRow: MessageTypeDefinition<_tickwork_v1_TableRow, _tickwork_v1_TableRow__Output>
      TellPrunedRequest: MessageTypeDefinition<_tickwork_v1_TellPrunedRequest, _tickwork_v1_TellPrunedRequest__Output>
      Trial: MessageTypeDefinition<_tickwork_v1_Trial, _tickwork_v1_Trial__Output>
      TrialCounts: MessageTypeDefinition<_tickwork_v1_TrialCounts, _tickwork_v1_TrialCounts__Output>
      TrialProgress: MessageTypeDefinition<_tickwork_v1_TrialProgress, _tickwork_v1_TrialProgress__Output>
      TrialState: EnumTypeDefinition
      WatchOutcomesRequest: MessageTypeDefinition<_tickwork_v1_WatchOutcomesRequest, _tickwork_v1_WatchOutcomesRequest__Output>
      WatchOutcomesResponse: MessageTypeDefinition<_tickwork_v1_WatchOutcomesResponse, _tickwork_v1_WatchOutcomesResponse__Output>
      WatchSweepRequest: MessageTypeDefinition<_tickwork_v1_WatchSweepRequest, _tickwork_v1_WatchSweepRequest__Output>
      WatchSweepResponse: MessageTypeDefinition<_tickwork_v1_WatchSweepResponse, _tickwork_v1_WatchSweepResponse__Output>
      WatchTableRequest: MessageTypeDefinition<_tickwork_v1_WatchTableRequest, _tickwork_v1_WatchTableRequest__Output>
    }
  }
}

