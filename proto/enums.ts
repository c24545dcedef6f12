import type { Disposition, FailureKind, SweepStatus, TrialState } from '../core/trial/states.ts';
import type { Disposition__Output as WireDisposition } from './generated/tickwork/v1/Disposition.ts';
import type { FailureKind__Output as WireFailureKind } from './generated/tickwork/v1/FailureKind.ts';
import type { SweepState__Output as WireSweepState } from './generated/tickwork/v1/SweepState.ts';
import type { TableFormat__Output as WireTableFormat } from './generated/tickwork/v1/TableFormat.ts';
import type { TrialState__Output as WireTrialState } from './generated/tickwork/v1/TrialState.ts';

/**
 * Encode/decode pairs between the domain's words and the wire's. proto-loader sends a misspelt enum string as zero without
 * an error, so every enum passes through one of these tables, which fail to compile when either side grows a value.
 */
interface EnumCodec<Domain extends string, Wire extends string> {
  encode(value: Domain): Wire;
  /** @returns undefined for UNSPECIFIED and for values of a newer protocol. */
  decode(wire: string): Domain | undefined;
}

function enumCodec<Domain extends string, Wire extends string>(
  table: Readonly<Record<Domain, Wire>>,
): EnumCodec<Domain, Wire> {
  const back = new Map<string, Domain>(
    (Object.entries(table) as [Domain, Wire][]).map(([domain, wire]) => [wire, domain]),
  );
  return { encode: (value) => table[value], decode: (wire) => back.get(wire) };
}

export const trialStateCodec = enumCodec<TrialState, WireTrialState>({
  pending: 'TRIAL_STATE_PENDING',
  leased: 'TRIAL_STATE_LEASED',
  running: 'TRIAL_STATE_RUNNING',
  succeeded: 'TRIAL_STATE_SUCCEEDED',
  failed: 'TRIAL_STATE_FAILED',
  cancelled: 'TRIAL_STATE_CANCELLED',
  stopped: 'TRIAL_STATE_STOPPED',
  blocked: 'TRIAL_STATE_BLOCKED',
});

export const sweepStateCodec = enumCodec<SweepStatus, WireSweepState>({
  active: 'SWEEP_STATE_ACTIVE',
  completed: 'SWEEP_STATE_COMPLETED',
  cancelled: 'SWEEP_STATE_CANCELLED',
});

export const failureKindCodec = enumCodec<FailureKind, WireFailureKind>({
  diverged: 'FAILURE_KIND_DIVERGED',
  out_of_memory: 'FAILURE_KIND_OUT_OF_MEMORY',
  user_error: 'FAILURE_KIND_USER_ERROR',
  infrastructure: 'FAILURE_KIND_INFRASTRUCTURE',
  preempted: 'FAILURE_KIND_PREEMPTED',
  timed_out: 'FAILURE_KIND_TIMED_OUT',
  cancelled: 'FAILURE_KIND_CANCELLED',
});

export const dispositionCodec = enumCodec<Disposition, WireDisposition>({
  committed: 'DISPOSITION_COMMITTED',
  superseded: 'DISPOSITION_SUPERSEDED',
  quarantined: 'DISPOSITION_QUARANTINED',
});

export type TableFormat = 'markdown' | 'csv' | 'latex' | 'json' | 'parquet';

export const tableFormatCodec = enumCodec<TableFormat, WireTableFormat>({
  markdown: 'TABLE_FORMAT_MARKDOWN',
  csv: 'TABLE_FORMAT_CSV',
  latex: 'TABLE_FORMAT_LATEX',
  json: 'TABLE_FORMAT_JSON',
  parquet: 'TABLE_FORMAT_PARQUET',
});
