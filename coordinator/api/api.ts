import type { AskRequest__Output } from '../../proto/generated/tickwork/v1/AskRequest.ts';
import type { AskResponse } from '../../proto/generated/tickwork/v1/AskResponse.ts';
import type { CancelSweepRequest__Output } from '../../proto/generated/tickwork/v1/CancelSweepRequest.ts';
import type { ClusterStatus } from '../../proto/generated/tickwork/v1/ClusterStatus.ts';
import type { DrainWorkerRequest__Output } from '../../proto/generated/tickwork/v1/DrainWorkerRequest.ts';
import type { EditSweepRequest__Output } from '../../proto/generated/tickwork/v1/EditSweepRequest.ts';
import type { EndSearchRequest__Output } from '../../proto/generated/tickwork/v1/EndSearchRequest.ts';
import type { ExportChunk } from '../../proto/generated/tickwork/v1/ExportChunk.ts';
import type { ExportTableRequest__Output } from '../../proto/generated/tickwork/v1/ExportTableRequest.ts';
import type { GetStatusRequest__Output } from '../../proto/generated/tickwork/v1/GetStatusRequest.ts';
import type { GetSweepRequest__Output } from '../../proto/generated/tickwork/v1/GetSweepRequest.ts';
import type { GetTableRequest__Output } from '../../proto/generated/tickwork/v1/GetTableRequest.ts';
import type { GetTrialRequest__Output } from '../../proto/generated/tickwork/v1/GetTrialRequest.ts';
import type { ListReportsRequest__Output } from '../../proto/generated/tickwork/v1/ListReportsRequest.ts';
import type { ListReportsResponse } from '../../proto/generated/tickwork/v1/ListReportsResponse.ts';
import type { ListSweepsRequest__Output } from '../../proto/generated/tickwork/v1/ListSweepsRequest.ts';
import type { ListSweepsResponse } from '../../proto/generated/tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsRequest__Output } from '../../proto/generated/tickwork/v1/ListTrialsRequest.ts';
import type { ListTrialsResponse } from '../../proto/generated/tickwork/v1/ListTrialsResponse.ts';
import type { ListWorkersRequest__Output } from '../../proto/generated/tickwork/v1/ListWorkersRequest.ts';
import type { ListWorkersResponse } from '../../proto/generated/tickwork/v1/ListWorkersResponse.ts';
import type { PauseSweepRequest__Output } from '../../proto/generated/tickwork/v1/PauseSweepRequest.ts';
import type { PlanSweepRequest__Output } from '../../proto/generated/tickwork/v1/PlanSweepRequest.ts';
import type { ResumeSweepRequest__Output } from '../../proto/generated/tickwork/v1/ResumeSweepRequest.ts';
import type { RetryFailedRequest__Output } from '../../proto/generated/tickwork/v1/RetryFailedRequest.ts';
import type { SubmitSweepRequest__Output } from '../../proto/generated/tickwork/v1/SubmitSweepRequest.ts';
import type { Sweep } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { SweepEdit } from '../../proto/generated/tickwork/v1/SweepEdit.ts';
import type { SweepPlan } from '../../proto/generated/tickwork/v1/SweepPlan.ts';
import type { Table } from '../../proto/generated/tickwork/v1/Table.ts';
import type { TellPrunedRequest__Output } from '../../proto/generated/tickwork/v1/TellPrunedRequest.ts';
import type { Trial } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { WatchOutcomesRequest__Output } from '../../proto/generated/tickwork/v1/WatchOutcomesRequest.ts';
import type { WatchOutcomesResponse } from '../../proto/generated/tickwork/v1/WatchOutcomesResponse.ts';
import type { WatchSweepRequest__Output } from '../../proto/generated/tickwork/v1/WatchSweepRequest.ts';
import type { WatchSweepResponse } from '../../proto/generated/tickwork/v1/WatchSweepResponse.ts';
import type { WatchTableRequest__Output } from '../../proto/generated/tickwork/v1/WatchTableRequest.ts';
import type { Worker } from '../../proto/generated/tickwork/v1/Worker.ts';
import type { CallContext } from './call-context.ts';

/**
 * The public API once, whatever carries it: the gRPC services and the HTTP gateway are thin adapters over this interface.
 * Handlers throw TickworkError; each adapter maps its code to a status. Streams end when `call.signal` aborts.
 */
export interface Api {
  planSweep(request: PlanSweepRequest__Output, call: CallContext): Promise<SweepPlan>;
  submitSweep(request: SubmitSweepRequest__Output, call: CallContext): Promise<Sweep>;
  getSweep(request: GetSweepRequest__Output, call: CallContext): Promise<Sweep>;
  listSweeps(request: ListSweepsRequest__Output, call: CallContext): Promise<ListSweepsResponse>;
  watchSweep(request: WatchSweepRequest__Output, call: CallContext): AsyncIterable<WatchSweepResponse>;
  editSweep(request: EditSweepRequest__Output, call: CallContext): Promise<SweepEdit>;
  cancelSweep(request: CancelSweepRequest__Output, call: CallContext): Promise<Sweep>;
  pauseSweep(request: PauseSweepRequest__Output, call: CallContext): Promise<Sweep>;
  resumeSweep(request: ResumeSweepRequest__Output, call: CallContext): Promise<Sweep>;
  retryFailed(request: RetryFailedRequest__Output, call: CallContext): Promise<Sweep>;
  getTrial(request: GetTrialRequest__Output, call: CallContext): Promise<Trial>;
  listTrials(request: ListTrialsRequest__Output, call: CallContext): Promise<ListTrialsResponse>;

  ask(request: AskRequest__Output, call: CallContext): Promise<AskResponse>;
  watchOutcomes(request: WatchOutcomesRequest__Output, call: CallContext): AsyncIterable<WatchOutcomesResponse>;
  tellPruned(request: TellPrunedRequest__Output, call: CallContext): Promise<Trial>;
  endSearch(request: EndSearchRequest__Output, call: CallContext): Promise<Sweep>;

  getTable(request: GetTableRequest__Output, call: CallContext): Promise<Table>;
  watchTable(request: WatchTableRequest__Output, call: CallContext): AsyncIterable<Table>;
  exportTable(request: ExportTableRequest__Output, call: CallContext): AsyncIterable<ExportChunk>;
  listReports(request: ListReportsRequest__Output, call: CallContext): Promise<ListReportsResponse>;

  listWorkers(request: ListWorkersRequest__Output, call: CallContext): Promise<ListWorkersResponse>;
  drainWorker(request: DrainWorkerRequest__Output, call: CallContext): Promise<Worker>;
  getStatus(request: GetStatusRequest__Output, call: CallContext): Promise<ClusterStatus>;
}
