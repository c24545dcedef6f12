import { describe, expect, it } from 'vitest';
import { settleRecord } from '../../../coordinator/ledger/settle-records.ts';
import type { Delivery } from '../../../coordinator/ports.ts';
import type { Study } from '../../../core/study/study.ts';
import { type DecideOptions, decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { usageOf } from '../../../core/sweep/usage.ts';
import { type ReportRecord, type ResultRecord, recordContentHash, recordId } from '../../../proto/records.ts';
import { smallStudy } from '../../support/studies.ts';

const first = smallStudy({ name: 'first', configs: ['A', 'B'] });
const second = smallStudy({
  name: 'second',
  configs: ['A', 'B', 'C'],
  extra: 'reuse: true\nmaxAttempts: 2\nearlyStopping: { median: { grace: 1 } }\n',
});
/** B before A. */
const costOf: DecideOptions['costOf'] = ({ config }) => (config === 'B' ? 2 : 1);
const said = { metrics: { testError: 7 }, provenance: { engine: 'e' }, durationMs: 5, endedAt: 1 };

function world() {
  let state: ClusterState = EMPTY_CLUSTER;
  let at = 0;
  const apply = (events: readonly SweepEvent[]) => {
    state = events.reduce(evolve, state);
    return events;
  };
  const run = (command: Parameters<typeof decide>[1], options: Partial<DecideOptions> = {}) => {
    const decision = decide(state, command, ++at, { costOf, ...options });
    if (!decision.ok) throw new Error(`${decision.code}: ${decision.message}`);
    return apply(decision.events);
  };
  const settle = (record: ResultRecord | ReportRecord) => {
    const { id, contentHash } = { id: recordId(record), contentHash: recordContentHash(record) };
    const item: Delivery = { record, id, contentHash, sequence: 1, deliveries: 1, ack: async () => {} };
    const settlement = settleRecord(state, item, (command) => decide(state, command, ++at, { costOf }), at);
    apply(settlement.events);
    return { ...settlement, outcome: settlement.settled.outcome, reason: settlement.rows.setAside?.[0]?.reason };
  };
  const submit = (study: Study, total: number) =>
    run({ type: 'submit-sweep', requestId: study.name, study, studyYaml: '', total });
  /** A worker takes the next cell of the first sweep that has one. */
  const grant = (worker: string) => {
    const [event] = run({ type: 'grant-lease', worker, leaseId: `l${at}` });
    if (event?.type !== 'trial-leased') throw new Error('Expected a lease.');
    return event;
  };
  run({ type: 'take-leadership', holder: 'c' });
  submit(first, 2);
  const { placed: _, type: __, at: ___, ...lease } = grant('w');
  settle({ kind: 'result', ...lease, ...said });
  expect(lease).toMatchObject({ sweepId: 'first-1', cell: 1, attempt: 1 });
  run({ type: 'pause-sweep', requestId: 'p', sweepId: 'first-1' });
  submit(second, 3);
  const sweep = () => state.sweeps.get('second-1') as SweepState;
  return { run, settle, grant, sweep, state: () => state };
}

/** Cell 1 of both is B, and that of the first has a result. */
const key = {
  sweepId: 'second-1',
  cell: 1,
  attempt: 0,
  leaseId: 'reused',
  epoch: 1,
  worker: 'w',
  reusedFrom: { sweepId: 'first-1', cell: 1, attempt: 1 },
};
const reused: ResultRecord = { kind: 'result', ...key, ...said };

describe('a result that is reused', () => {
  it('is taken once, names the trial, and costs nothing', () => {
    const { settle, sweep, state } = world();
    const { outcome, rows } = settle(reused);
    expect(outcome).toBe('committed');
    expect(rows.results).toMatchObject([
      { cell: 1, record: reused, trialKey: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(trialOf(sweep(), 1)).toMatchObject({
      state: 'succeeded',
      attempt: 0,
      reusedFrom: key.reusedFrom,
      worker: 'w',
    });
    expect(sweep()).toMatchObject({ reused: 1, usedMs: 0, counts: { succeeded: 1, pending: 2 } });
    expect(usageOf(sweep(), 9).cells).toBe(0);
    expect(state().speeds.size).toBe(0);
    expect(settle(reused).outcome).toBe('repeat');
    expect(sweep().reused).toBe(1);
  });

  it('has the key of its origin, so that the origin is found by it and no chain begins', () => {
    const { settle } = world();
    const known = settle(reused).rows.results?.[0];
    const chained = { sweepId: 'second-1', cell: 1, attempt: 1 };
    expect(settle({ ...reused, cell: 0, reusedFrom: chained })).toMatchObject({ outcome: 'quarantined' });
    expect(known?.record.reusedFrom?.sweepId).toBe('first-1');
  });

  it.each([
    ['of another recipe', { cell: 0 }, 'first-1/1 is a trial of another recipe'],
    ['with another value', { metrics: { testError: 7.5 } }, 'the result of first-1/1 has other contents'],
    ['of another attempt', { reusedFrom: { ...key.reusedFrom, attempt: 2 } }, 'first-1/1 has no result of attempt 2'],
    ['of a trial without a result', { reusedFrom: { ...key.reusedFrom, cell: 0 } }, 'first-1/0 has no result'],
    ['of no cell', { reusedFrom: { ...key.reusedFrom, cell: 99 } }, 'first-1/99 has no result'],
    ['of no sweep', { reusedFrom: { ...key.reusedFrom, sweepId: 'x-1' } }, 'x-1/1 has no result'],
    ['for no cell', { cell: 99 }, 'no such cell'],
    ['of a later epoch', { epoch: 2 }, 'epoch 2 is in the future'],
  ])('%s is quarantined', (_, changes, reason) => {
    const { settle, sweep } = world();
    expect(settle({ ...reused, ...changes })).toMatchObject({
      outcome: 'quarantined',
      reason: expect.stringContaining(reason),
    });
    expect(sweep().counts).toMatchObject({ pending: 3, succeeded: 0 });
  });

  it('of a sweep that reuses none is set aside', () => {
    const { run, settle } = world();
    run({ type: 'submit-sweep', requestId: 'q', study: { ...second, reuse: false }, studyYaml: 'q', total: 3 });
    expect(settle({ ...reused, sweepId: 'second-2' })).toMatchObject({ outcome: 'superseded' });
  });

  it('of a cancelled sweep is superseded', () => {
    const { run, settle } = world();
    run({ type: 'cancel-sweep', requestId: 'x', sweepId: 'second-1' });
    expect(settle(reused)).toMatchObject({ outcome: 'superseded', reason: 'the trial is cancelled' });
  });

  it('ends an attempt that is under way, whose slot time counts and whose own result comes too late', () => {
    const { run, settle, grant, sweep, state } = world();
    const leases = [grant('v'), grant('v'), grant('v')];
    const lease = leases.find(({ cell }) => cell === 1) as (typeof leases)[0];
    run({ type: 'start-trial', lease });
    const { outcome, events } = settle(reused);
    expect(outcome).toBe('committed');
    expect(events).toMatchObject([{ type: 'trial-succeeded', attempt: 0, reusedFrom: key.reusedFrom }]);
    expect(events[0]).not.toHaveProperty('measured');
    expect(sweep()).toMatchObject({ reused: 1, counts: { succeeded: 1, leased: 2, running: 0 } });
    expect(sweep().usedMs).toBeGreaterThan(0);
    expect(state().load.get('v')).toBeDefined();
    const { leaseId, attempt, epoch } = lease;
    const own: ResultRecord = {
      kind: 'result',
      sweepId: 'second-1',
      cell: 1,
      leaseId,
      attempt,
      epoch,
      worker: 'v',
      ...said,
    };
    expect(settle(own)).toMatchObject({ outcome: 'superseded', reason: 'attempt 0 was accepted' });
  });

  it('is none that its worker has given proof of: what is held against the worker stays', () => {
    const { run, settle, grant, state } = world();
    const lease = grant('w');
    const { sweepId, cell, leaseId, attempt, epoch, worker } = lease;
    const failed = { sweepId, cell, leaseId, attempt, epoch, worker, kind: 'infrastructure' as const, message: 'm' };
    run({ type: 'record-failure', record: failed });
    expect(state().health.has('w')).toBe(true);
    settle(reused);
    expect(state().health.has('w')).toBe(true);
  });

  it('completes a sweep, with no lease ever, while it is held back', () => {
    const { run, settle } = world();
    run({ type: 'resume-sweep', requestId: 'r', sweepId: 'first-1' });
    const heldBack = ({ id }: SweepState) => id === 'second-1';
    const given = run({ type: 'grant-lease', worker: 'w', leaseId: 'x' }, { heldBack });
    expect(given).toMatchObject([{ type: 'trial-leased', sweepId: 'first-1', cell: 0 }]);
    expect(run({ type: 'grant-lease', worker: 'w', leaseId: 'y' }, { heldBack })).toEqual([]);
    settle(reused);
    const small = { ...second, ...smallStudy({ name: 'third', configs: ['B'], extra: 'reuse: true\n' }) };
    run({ type: 'submit-sweep', requestId: 't', study: small, studyYaml: 't', total: 1 });
    expect(settle({ ...reused, sweepId: 'third-1', cell: 0 }).events).toMatchObject([
      { type: 'trial-succeeded' },
      { type: 'sweep-completed' },
    ]);
  });

  it('brings its curve, by which others are stopped and itself never', () => {
    const { settle, sweep } = world();
    const report: ReportRecord = { kind: 'report', ...key, trainEpoch: 1, metrics: { testError: 99 } };
    const { outcome, rows, events } = settle(report);
    expect({ outcome, points: rows.reports?.length }).toEqual({ outcome: 'committed', points: 1 });
    expect(events).toMatchObject([{ type: 'score-reported', cell: 1, value: 99 }]);
    expect(settle(report).events).toEqual([]);
    settle(reused);
    expect(settle({ ...report, trainEpoch: 2 })).toMatchObject({ outcome: 'committed', events: [] });
    expect(sweep().counts).toMatchObject({ stopped: 0, succeeded: 1 });
    expect(settle({ ...report, cell: 0 })).toMatchObject({ outcome: 'quarantined' });
  });
});
