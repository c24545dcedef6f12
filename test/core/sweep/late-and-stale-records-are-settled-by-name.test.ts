import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/sweep/decide.ts';
import { disposeFailure, disposeResult } from '../../../core/sweep/disposition.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { smallStudy } from '../../support/studies.ts';

const options = { costOf: () => 1 };
const study = smallStudy({ configs: ['A'], extra: 'maxAttempts: 2\n' });

function apply(state: ClusterState, ...commands: Parameters<typeof decide>[1][]): ClusterState {
  return commands.reduce((current, command) => {
    const decision = decide(current, command, 0, options);
    if (!decision.ok) throw new Error(`${decision.code}: ${decision.message}`);
    return decision.events.reduce(evolve, current);
  }, state);
}

const lease = (attempt: number) => ({ sweepId: 'small-1', cell: 0, leaseId: `l${attempt}`, attempt, epoch: 1 });
const result = (attempt: number, contentHash = 'h') => ({ ...lease(attempt), worker: 'w', contentHash });
const grant = (attempt: number) => ({ type: 'grant-lease', worker: 'w', leaseId: `l${attempt}` }) as const;
const lose = (attempt: number) =>
  ({ type: 'lose-attempt', lease: lease(attempt), kind: 'infrastructure', message: 'gone', worker: 'w' }) as const;

const leased = apply(
  EMPTY_CLUSTER,
  { type: 'take-leadership', holder: 'c' },
  { type: 'submit-sweep', requestId: 'r', study, studyYaml: 'y', total: 1 },
  grant(1),
);
const secondAttempt = apply(leased, lose(1), grant(2));
const won = apply(secondAttempt, { type: 'record-result', record: result(2) });

describe('a result', () => {
  it('of the current attempt is accepted', () => {
    expect(disposeResult(secondAttempt, result(2))).toEqual({ outcome: 'accept' });
  });

  it('of an older attempt is accepted while no other was: work is not wasted', () => {
    expect(disposeResult(secondAttempt, result(1))).toEqual({ outcome: 'accept' });
    expect(disposeResult(apply(leased, lose(1)), result(1))).toEqual({ outcome: 'accept' });
  });

  it('of an older attempt is superseded once another was accepted', () => {
    expect(disposeResult(won, result(1))).toMatchObject({ outcome: 'settled', as: 'superseded' });
  });

  it('delivered twice is a repeat; with other contents it is quarantined (I1)', () => {
    expect(disposeResult(won, result(2))).toMatchObject({ outcome: 'settled', as: 'committed' });
    expect(disposeResult(won, result(2, 'other'))).toMatchObject({ outcome: 'settled', as: 'quarantined' });
  });

  it('from an attempt, epoch or cell that was never granted is quarantined', () => {
    expect(disposeResult(leased, result(2))).toMatchObject({ as: 'quarantined' });
    expect(disposeResult(leased, { ...result(1), epoch: 2 })).toMatchObject({ as: 'quarantined' });
    expect(disposeResult(leased, { ...result(1), cell: 7 })).toMatchObject({ as: 'quarantined' });
    expect(disposeResult(leased, { ...result(1), sweepId: 'none-1' })).toMatchObject({ as: 'quarantined' });
  });

  it('of a cancelled sweep is superseded', () => {
    const state = apply(leased, { type: 'cancel-sweep', requestId: 'x', sweepId: 'small-1' });
    expect(disposeResult(state, result(1))).toMatchObject({ as: 'superseded' });
  });
});

describe('a failure', () => {
  it('ends only the attempt that holds the lease', () => {
    expect(disposeFailure(secondAttempt, { ...lease(2), worker: 'w' })).toEqual({ outcome: 'accept' });
    expect(disposeFailure(secondAttempt, { ...lease(1), worker: 'w' })).toMatchObject({ as: 'superseded' });
    expect(disposeFailure(won, { ...lease(2), worker: 'w' })).toMatchObject({ as: 'superseded' });
  });

  it('is final when retrying cannot mend it, or too many were lost', () => {
    const diverged = apply(leased, {
      type: 'record-failure',
      record: { ...lease(1), worker: 'w', kind: 'diverged', message: 'loss is NaN' },
    });
    expect(diverged.sweeps.get('small-1')).toMatchObject({ status: 'completed', counts: { failed: 1 } });
    const twice = apply(secondAttempt, lose(2));
    expect(twice.sweeps.get('small-1')).toMatchObject({ status: 'completed', counts: { failed: 1 } });
  });

  it("that is nobody's fault never uses the cell up", () => {
    let state = leased;
    for (let attempt = 1; attempt <= 5; attempt++) {
      state = apply(state, { ...lose(attempt), kind: 'preempted' }, grant(attempt + 1));
    }
    expect(state.sweeps.get('small-1')).toMatchObject({ status: 'active', counts: { leased: 1 } });
  });
});

describe('a message with a lower attempt or epoch', () => {
  it.each([
    ['attempt', { ...lease(1) }, 'LEASE_STALE'],
    ['lease id', { ...lease(2), leaseId: 'other' }, 'LEASE_STALE'],
    ['epoch', { ...lease(2), epoch: 0 }, 'LEASE_STALE'],
    ['cell', { ...lease(2), cell: 99 }, 'LEASE_STALE'],
  ])('(%s) is refused, by name (I3)', (_, stale, code) => {
    expect(decide(secondAttempt, { type: 'start-trial', lease: stale }, 0, options)).toMatchObject({ ok: false, code });
    expect(decide(won, { type: 'start-trial', lease: lease(2) }, 0, options)).toMatchObject({
      ok: false,
      code: 'TRIAL_FINISHED',
    });
  });
});

describe('a request id', () => {
  const submit = { type: 'submit-sweep', requestId: 'r', study, studyYaml: 'y', total: 1 } as const;

  it('makes a repeated submission the same sweep', () => {
    expect(decide(leased, submit, 0, options)).toEqual({ ok: true, events: [], sweepId: 'small-1' });
  });

  it('is refused with other contents', () => {
    expect(decide(leased, { ...submit, studyYaml: 'z' }, 0, options)).toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect(decide(leased, { type: 'cancel-sweep', requestId: 'r', sweepId: 'small-1' }, 0, options)).toMatchObject({
      code: 'REQUEST_ID_REUSED',
    });
  });
});
