import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import type { Command } from '../../core/sweep/commands.ts';
import type { Decision } from '../../core/sweep/decision.ts';
import { disposeFailure, disposeResult, isUngranted } from '../../core/sweep/disposition.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { type ClusterState, isCell, type SweepState, trialOf } from '../../core/sweep/state.ts';
import type { Disposition } from '../../core/trial/states.ts';
import type { FailureRecord, ReportRecord, ResultRecord } from '../../proto/records.ts';
import type { Delivery, Malformed, StoreBatch } from '../ports.ts';
import { keyOfResult, refusalOfReuse, type SettledVerdict } from './settle-reused.ts';

/** What became of one delivery, once it is durable. */
export interface Settled {
  readonly item: Delivery | Malformed;
  readonly outcome: Disposition | 'repeat' | 'malformed';
}

/** A delivery with all that it changes. Nothing has happened yet: the ledger makes rows and events durable. */
export interface Settlement {
  readonly settled: Settled;
  readonly rows: Partial<StoreBatch>;
  readonly events: readonly SweepEvent[];
}

/** As `decide` of core/sweep, with the state and the time of the turn. */
export type Decide = (command: Command) => Decision;

/** Bytes kept of a message that is no record. */
const MAX_MALFORMED_BODY = 4096;

/**
 * Pure: the same state, delivery and time settle alike.
 * @param state what all earlier deliveries of the turn have led to.
 * @param now Unix milliseconds by the coordinator's clock.
 */
export function settleRecord(state: ClusterState, item: Delivery | Malformed, decide: Decide, now: number): Settlement {
  if ('problem' in item) return settleMalformed(item, now);
  const { record } = item;
  switch (record.kind) {
    case 'result':
      return settleResult(state, item, record, decide, now);
    case 'failure':
      return settleFailure(state, item, record, decide, now);
    case 'report':
      return settleReport(state, item, record, decide, now);
  }
}

function settleMalformed(item: Malformed, now: number): Settlement {
  const body = new TextDecoder().decode(item.bytes.subarray(0, MAX_MALFORMED_BODY));
  const { sequence, problem } = item;
  const id = `malformed-${sequence}`;
  return {
    settled: { item, outcome: 'malformed' },
    rows: { setAside: [{ disposition: 'quarantined', reason: problem, id, contentHash: '', body, sequence, at: now }] },
    events: [],
  };
}

function settleResult(
  state: ClusterState,
  delivery: Delivery,
  record: ResultRecord,
  decide: Decide,
  now: number,
): Settlement {
  const { contentHash, sequence } = delivery;
  const verdict = disposeResult(state, { ...record, contentHash });
  if (verdict.outcome !== 'accept' && verdict.as !== 'committed') return aside(delivery, verdict, now);
  const refusal = verdict.outcome === 'accept' ? refusalOfReuse(state, record) : undefined;
  if (refusal) return aside(delivery, refusal, now);
  const { sweepId, cell } = record;
  const sweep = state.sweeps.get(sweepId) as SweepState;
  const trial = trialOf(sweep, cell);
  const committedAt = trial.state === 'succeeded' ? trial.finishedAt : now;
  const [gridIndex, seed] = [gridIndexOf(sweep.grid, cell), seedOf(sweep.grid, cell)];
  const trialKey = keyOfResult(sweep, cell);
  const known = trialKey === undefined ? {} : { trialKey };
  const rows = { results: [{ sweepId, cell, gridIndex, seed, record, contentHash, ...known, sequence, committedAt }] };
  // The table of a coordinator that took over may lack it; where it is, it stays as it is.
  if (verdict.outcome !== 'accept') return { settled: { item: delivery, outcome: 'repeat' }, rows, events: [] };
  return {
    settled: { item: delivery, outcome: 'committed' },
    rows,
    events: eventsOf(decide({ type: 'record-result', record: { ...record, contentHash } })),
  };
}

/** Every failure of an attempt that was granted is history worth keeping; only that of the lease's holder has an effect. */
function settleFailure(
  state: ClusterState,
  delivery: Delivery,
  record: FailureRecord,
  decide: Decide,
  now: number,
): Settlement {
  const verdict = disposeFailure(state, record);
  if (verdict.outcome !== 'accept' && verdict.as === 'quarantined') return aside(delivery, verdict, now);
  const rows = { failures: [{ ...record, sequence: delivery.sequence }] };
  if (verdict.outcome !== 'accept') {
    const outcome = verdict.as === 'committed' ? 'repeat' : verdict.as;
    return { settled: { item: delivery, outcome }, rows, events: [] };
  }
  const decision = decide({ type: 'record-failure', record: { ...record, kind: record.failure } });
  return { settled: { item: delivery, outcome: 'committed' }, rows, events: eventsOf(decision) };
}

/** Points of a superseded attempt's curve are kept too: they carry their attempt. */
function settleReport(
  state: ClusterState,
  delivery: Delivery,
  record: ReportRecord,
  decide: Decide,
  now: number,
): Settlement {
  const sweep = state.sweeps.get(record.sweepId);
  if (!sweep || !isCell(sweep, record.cell)) return aside(delivery, quarantined('no such cell'), now);
  if (isUngranted(trialOf(sweep, record.cell), record.attempt)) {
    return aside(delivery, quarantined(`attempt ${record.attempt} was never granted`), now);
  }
  const refusal = refusalOfReuse(state, record);
  if (refusal) return aside(delivery, refusal, now);
  return {
    settled: { item: delivery, outcome: 'committed' },
    rows: { reports: [{ ...record, sequence: delivery.sequence }] },
    events: eventsOf(decide({ type: 'record-report', record })),
  };
}

const quarantined = (reason: string): SettledVerdict => ({ outcome: 'settled', as: 'quarantined', reason });

function aside(delivery: Delivery, { as, reason }: SettledVerdict, now: number): Settlement {
  const disposition = as === 'superseded' ? 'superseded' : 'quarantined';
  const { id, contentHash, sequence, record } = delivery;
  return {
    settled: { item: delivery, outcome: disposition },
    rows: {
      setAside: [{ disposition, reason, id, contentHash, body: JSON.stringify(record), sequence, at: now }],
    },
    events: [],
  };
}

function eventsOf(decision: Decision): readonly SweepEvent[] {
  return decision.ok ? decision.events : [];
}
