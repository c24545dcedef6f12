/** Names of the RPCs as metrics label them; a test compares them with the .proto files. */
export const RPC_METHODS = [
  'PlanSweep',
  'SubmitSweep',
  'GetSweep',
  'ListSweeps',
  'WatchSweep',
  'EditSweep',
  'CancelSweep',
  'PauseSweep',
  'ResumeSweep',
  'RetryFailed',
  'GetTrial',
  'ListTrials',
  'Ask',
  'WatchOutcomes',
  'TellPruned',
  'EndSearch',
  'GetTable',
  'WatchTable',
  'ExportTable',
  'ListReports',
  'ListWorkers',
  'DrainWorker',
  'GetStatus',
  'Work',
] as const;

export type RpcMethod = (typeof RPC_METHODS)[number];
