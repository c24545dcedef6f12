import type { Role } from '../../core/access/identity.ts';
import type { RpcMethod } from '../grpc/methods.ts';

/** What is asked of the coordinator: its RPCs, under either carrier, and what stands beside them. */
export type Action = RpcMethod | 'Health' | 'Metrics' | 'Page' | 'Reflection';

type Row = readonly Role[] | 'public';

const READ = ['viewer', 'submitter', 'admin'] as const;
const STEER = ['submitter', 'admin'] as const;
const TRAIN = ['worker', 'admin'] as const;

/**
 * The one table of calls and roles; what is not in it is refused. `public` is answered to whoever connects. An RPC without a row
 * does not compile, and `core/coordinator/every-call-has-its-roles` and `integration/access/` ask every row over both carriers.
 */
export const PERMISSIONS: Readonly<Record<Action, Row>> = {
  GetSweep: READ,
  ListSweeps: READ,
  WatchSweep: READ,
  GetTrial: READ,
  ListTrials: READ,
  GetTable: READ,
  WatchTable: READ,
  ExportTable: READ,
  ListReports: READ,
  WatchOutcomes: READ,
  ListWorkers: READ,
  GetStatus: READ,
  /** Costs as much to compute as to submit. */
  PlanSweep: STEER,
  SubmitSweep: STEER,
  EditSweep: STEER,
  CancelSweep: STEER,
  PauseSweep: STEER,
  ResumeSweep: STEER,
  RetryFailed: STEER,
  Ask: STEER,
  TellPruned: STEER,
  EndSearch: STEER,
  /** Takes a machine from everybody. */
  DrainWorker: ['admin'],
  Work: TRAIN,
  /** grpc.health.v1 and /healthz: ready or not, nothing else. */
  Health: 'public',
  Metrics: READ,
  Page: READ,
  Reflection: ['admin'],
};

/** @param role of the caller; undefined when it has not said who it is. */
export function allows(action: Action, role: Role | undefined): boolean {
  const row = PERMISSIONS[action];
  return row === 'public' || (role !== undefined && row.includes(role));
}
