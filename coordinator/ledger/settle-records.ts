import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import type { Command } from '../../core/sweep/commands.ts';
import type { Decision } from '../../core/sweep/decide.ts';
import { disposeFailure, disposeResult, type Verdict } from '../../core/sweep/disposition.ts';
import { type ClusterState, isCell, type SweepState } from '../../core/sweep/state.ts';
import type { Disposition } from '../../core/trial/states.ts';
import type { FailureRecord, ReportRecord, ResultRecord } from '../../proto/records.ts';
import type { Delivery, Malformed, SetAside, StoreBatch, StoredResult } from '../ports.ts';

/** What became of one delivery, once it is durable. */
export interface Settled {
  readonly item: Delivery | Malformed;
  readonly outcome: Disposition | 'repeat' | 'malformed';
}

/** The rows of one turn, and the settling of each delivery into them. */
export interface Plan {
  readonly rows: StoreBatch;
  readonly isEmpty: boolean;
  /** @param state the state all earlier deliveries of the turn have led to. */
  settle(item: Delivery | Malformed, state: () => ClusterState, decide: (command: Command) => Decision): Settled;
}

/** @param now Unix milliseconds by the coordinator's clock. */
export function createPlan(now: number): Plan {
  const results: StoredResult[] = [];
  const reports: (ReportRecord & { sequence: number })[] = [];
  const failures: (FailureRecord & { sequence: number })[] = [];
  const setAside: SetAside[] = [];

  function putAside(delivery: Delivery, as: 'superseded' | 'quarantined', reason: string): Settled {
    const { id, contentHash, sequence, record } = delivery;
    setAside.push({ disposition: as, reason, id, contentHash, body: JSON.stringify(record), sequence, at: now });
    return { item: delivery, outcome: as };
  }

  function settled(delivery: Delivery, verdict: Extract<Verdict, { outcome: 'settled' }>): Settled {
    return verdict.as === 'committed' ? { item: delivery, outcome: 'repeat' } : putAside(delivery, verdict.as, verdict.reason);
  }

  function settleResult(delivery: Delivery, record: ResultRecord, state: ClusterState, decide: (command: Command) => Decision): Settled {
    const { contentHash, sequence } = delivery;
    const verdict = disposeResult(state, { ...record, contentHash });
    if (verdict.outcome !== 'accept') return settled(delivery, verdict);
    const { grid } = state.sweeps.get(record.sweepId) as SweepState;
    const { sweepId, cell } = record;
    decide({ type: 'record-result', record: { ...record, contentHash } });
    results.push({
      sweepId,
      cell,
      gridIndex: gridIndexOf(grid, cell),
      seed: seedOf(grid, cell),
      record,
      contentHash,
      sequence,
      committedAt: now,
    });
    return { item: delivery, outcome: 'committed' };
  }

  function settleFailure(delivery: Delivery, record: FailureRecord, state: ClusterState, decide: (command: Command) => Decision): Settled {
    const verdict = disposeFailure(state, record);
    if (verdict.outcome !== 'accept') return settled(delivery, verdict);
    decide({ type: 'record-failure', record: { ...record, kind: record.failure } });
    failures.push({ ...record, sequence: delivery.sequence });
    return { item: delivery, outcome: 'committed' };
  }

  function settleReport(delivery: Delivery, record: ReportRecord, state: ClusterState): Settled {
    const sweep = state.sweeps.get(record.sweepId);
    if (!sweep || !isCell(sweep, record.cell)) return putAside(delivery, 'quarantined', 'no such cell');
    reports.push({ ...record, sequence: delivery.sequence });
    return { item: delivery, outcome: 'committed' };
  }

  return {
    rows: { results, reports, failures, setAside },
    get isEmpty() {
      return results.length + reports.length + failures.length + setAside.length === 0;
    },
    settle(item, state, decide) {
      if ('problem' in item) {
        const body = new TextDecoder().decode(item.bytes.subarray(0, 4096));
        const id = `malformed-${item.sequence}`;
        setAside.push({ disposition: 'quarantined', reason: item.problem, id, contentHash: '', body, sequence: item.sequence, at: now });
        return { item, outcome: 'malformed' };
      }
      const { record } = item;
      switch (record.kind) {
        case 'result':
          return settleResult(item, record, state(), decide);
        case 'failure':
          return settleFailure(item, record, state(), decide);
        case 'report':
          return settleReport(item, record, state());
      }
    },
  };
}
