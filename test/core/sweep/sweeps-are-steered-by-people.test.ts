import { describe, expect, it } from 'vitest';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { smallStudy } from '../../support/studies.ts';

type Command = Parameters<typeof decide>[1];

const options = { costOf: () => 1 };

function run(state: ClusterState, ...commands: Command[]): ClusterState {
  return commands.reduce((current, command) => {
    const decision = decide(current, command, 0, options);
    if (!decision.ok) throw new Error(`${decision.code}: ${decision.message}`);
    return decision.events.reduce(evolve, current);
  }, state);
}

const submit = (name: string, extra = '', configs = ['A', 'B']): Command => ({
  type: 'submit-sweep',
  requestId: `submit-${name}`,
  study: smallStudy({ name, configs, seeds: [1, 2, 3, 4, 5], extra }),
  studyYaml: name,
  total: configs.length * 5,
});

let leases = 0;
/** Grants one lease; tells the sweep and the cell. */
function lease(state: ClusterState): { state: ClusterState; sweepId?: string; cell?: number; event?: unknown } {
  const decision = decide(state, { type: 'grant-lease', worker: 'w', leaseId: `l${leases++}` }, 0, options);
  const event = decision.ok ? decision.events[0] : undefined;
  if (event?.type !== 'trial-leased') return { state };
  return { state: evolve(state, event), sweepId: event.sweepId, cell: event.cell, event };
}

/** The sweeps of the next `count` leases. */
function turns(state: ClusterState, count: number): (string | undefined)[] {
  let current = state;
  return Array.from({ length: count }, () => {
    const next = lease(current);
    current = next.state;
    return next.sweepId;
  });
}

const fail = (state: ClusterState, kind: 'diverged' | 'user_error'): ClusterState => {
  const { state: leased, event } = lease(state);
  const ref = event as {
    sweepId: string;
    cell: number;
    leaseId: string;
    attempt: number;
    epoch: number;
    worker: string;
  };
  return run(leased, { type: 'record-failure', record: { ...ref, kind, message: `it ${kind}` } });
};

const succeed = (state: ClusterState): ClusterState => {
  const { state: leased, event } = lease(state);
  const ref = event as {
    sweepId: string;
    cell: number;
    leaseId: string;
    attempt: number;
    epoch: number;
    worker: string;
  };
  return run(leased, { type: 'record-result', record: { ...ref, contentHash: `h${ref.cell}` } });
};

describe('free slots', () => {
  it('go to the sweep of the highest priority, and are shared evenly among equals', () => {
    const state = run(
      EMPTY_CLUSTER,
      submit('old'),
      submit('new'),
      submit('urgent', 'priority: 5\n'),
      submit('later', 'priority: -1\n'),
    );
    expect(turns(state, 10)).toEqual(Array(10).fill('urgent-1'));
    const next = turns(state, 31).slice(10);
    expect(next.slice(0, 6)).toEqual(['old-1', 'new-1', 'old-1', 'new-1', 'old-1', 'new-1']);
    expect(next.filter((id) => id === 'old-1').length).toBe(10);
    expect(next.filter((id) => id === 'later-1').length).toBe(1);
  });
});

describe('a paused sweep', () => {
  const submitted = run(EMPTY_CLUSTER, submit('a'));
  const pause: Command = { type: 'pause-sweep', requestId: 'p', sweepId: 'a-1' };

  it('starts no cell until it is resumed, and still takes results', () => {
    const { state: leased, event } = lease(submitted);
    const paused = run(leased, pause);
    expect(turns(paused, 1)).toEqual([undefined]);
    const ref = event as {
      sweepId: string;
      cell: number;
      leaseId: string;
      attempt: number;
      epoch: number;
      worker: string;
    };
    const done = run(paused, { type: 'record-result', record: { ...ref, contentHash: 'h' } });
    expect(done.sweeps.get('a-1')?.counts).toMatchObject({ succeeded: 1, pending: 9 });
    expect(turns(run(done, { type: 'resume-sweep', requestId: 'r', sweepId: 'a-1' }), 1)).toEqual(['a-1']);
  });

  it('lets others go first, and can be cancelled', () => {
    const both = run(run(submitted, pause), submit('b'));
    expect(turns(both, 2)).toEqual(['b-1', 'b-1']);
    expect(run(both, { type: 'cancel-sweep', requestId: 'c', sweepId: 'a-1' }).sweeps.get('a-1')?.status).toBe(
      'cancelled',
    );
  });

  it('is paused once: repeats change nothing, and ids are not shared', () => {
    const paused = run(submitted, pause);
    expect(decide(paused, pause, 0, options)).toEqual({ ok: true, events: [], sweepId: 'a-1' });
    expect(decide(paused, { ...pause, requestId: 'q' }, 0, options)).toMatchObject({ ok: true, events: [] });
    expect(decide(paused, { type: 'resume-sweep', requestId: 'p', sweepId: 'a-1' }, 0, options)).toMatchObject({
      code: 'REQUEST_ID_REUSED',
    });
    expect(decide(paused, { type: 'pause-sweep', requestId: 'x', sweepId: 'z-1' }, 0, options)).toMatchObject({
      code: 'SWEEP_NOT_FOUND',
    });
  });
});

describe('a retry of failed trials', () => {
  const submitted = run(EMPTY_CLUSTER, submit('a'));
  let finished = fail(fail(submitted, 'diverged'), 'user_error');
  for (let i = 0; i < 8; i++) finished = succeed(finished);
  const retry = (kinds: readonly ('diverged' | 'user_error')[], requestId = 'r'): Command => ({
    type: 'retry-failed',
    requestId,
    sweepId: 'a-1',
    kinds,
  });
  const sweepOf = (state: ClusterState) => state.sweeps.get('a-1') as SweepState;

  it('makes a completed sweep active, keeps what succeeded, and begins the next attempt', () => {
    expect(sweepOf(finished)).toMatchObject({ status: 'completed', counts: { succeeded: 8, failed: 2 } });
    const again = run(finished, retry([]));
    expect(sweepOf(again)).toMatchObject({ status: 'active', counts: { succeeded: 8, failed: 0, pending: 2 } });
    expect(sweepOf(again).finishedAt).toBeUndefined();
    const { state, cell } = lease(again);
    expect(trialOf(sweepOf(state), cell as number)).toMatchObject({ state: 'leased', attempt: 2, strikes: 0 });
    expect(sweepOf(succeed(succeed(again)))).toMatchObject({ status: 'completed', counts: { succeeded: 10 } });
  });

  it('takes only the kinds that are named', () => {
    expect(sweepOf(run(finished, retry(['diverged'])))).toMatchObject({ counts: { failed: 1, pending: 1 } });
  });

  it('of nothing is nothing, and of a cancelled sweep is refused', () => {
    expect(decide(submitted, retry([]), 0, options)).toMatchObject({ ok: true, events: [] });
    const cancelled = run(submitted, { type: 'cancel-sweep', requestId: 'c', sweepId: 'a-1' });
    expect(decide(cancelled, retry([]), 0, options)).toMatchObject({ code: 'SWEEP_FINISHED' });
  });

  it('takes a late result of the attempt that was given up', () => {
    const again = run(finished, retry([]));
    const record = { sweepId: 'a-1', cell: 0, leaseId: 'old', attempt: 1, epoch: 0, worker: 'w', contentHash: 'h' };
    expect(decide(again, { type: 'record-result', record }, 0, options)).toMatchObject({ disposition: 'committed' });
  });
});
