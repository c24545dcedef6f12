import { describe, expect, it } from 'vitest';
import type { Place } from '../../../core/placement/place.ts';
import { estimateTime } from '../../../core/plan/time-left.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { smallStudy } from '../../support/studies.ts';

const MINUTE = 60_000;
const costOf = () => 10;
const place = (slots = 2): Place => ({
  worker: 'w',
  device: 0,
  kind: 'cpu',
  executor: 'onnx',
  memoryBytes: 2 ** 40,
  slots,
  labels: {},
});

function play(budget: string) {
  let state: ClusterState = EMPTY_CLUSTER;
  let now = 0;
  let ids = 0;
  const run = (command: Command): readonly SweepEvent[] => {
    const decision = decide(state, command, now, { costOf });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  const study = (text: string) => smallStudy({ configs: ['A', 'B', 'C', 'D'], extra: `budget: ${text}\n` });
  run({ type: 'submit-sweep', requestId: 'r', study: study(budget), studyYaml: '', total: 4 });
  const lease = (slots = 2) => {
    const [event] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${ids++}`, at: [place(slots)] });
    return event?.type === 'trial-leased' ? event : undefined;
  };
  type Lease = NonNullable<ReturnType<typeof lease>>;
  return {
    run,
    lease,
    start: (held: Lease) => run({ type: 'start-trial', lease: held }),
    finish: (held: Lease) => run({ type: 'record-result', record: { ...held, contentHash: 'x' } }),
    enforce: () => run({ type: 'enforce-budgets' }),
    edit: (text: string) =>
      run({
        type: 'edit-sweep',
        requestId: `e${ids++}`,
        sweepId: 'small-1',
        study: study(text),
        studyYaml: text,
        cancelRunning: false,
      }),
    wait(ms: number) {
      now += ms;
    },
    get state() {
      return state;
    },
    get sweep() {
      return state.sweeps.get('small-1') as SweepState;
    },
  };
}

const types = (events: readonly SweepEvent[]): string[] => events.map(({ type }) => type);

describe('a budget', () => {
  it('of cells starts no more than these, lets them finish, and then ends the sweep with a reason', () => {
    const cluster = play('{ cells: 2 }');
    const [a, b] = [cluster.lease(4), cluster.lease(4)];
    if (!a || !b) throw new Error('no lease');
    expect(cluster.lease(4)).toBeUndefined();
    // A cell that was started may be tried again.
    cluster.run({ type: 'lose-attempt', lease: a, kind: 'preempted', message: '', worker: 'w' });
    const again = cluster.lease(4);
    expect(again).toMatchObject({ cell: a.cell, attempt: 2 });
    cluster.finish(b);
    expect(cluster.enforce()).toEqual([]);
    cluster.finish(again as NonNullable<typeof again>);
    expect(cluster.enforce()).toMatchObject([{ type: 'budget-exhausted', reason: 'its 2 cells have been started' }]);
    expect(cluster.enforce()).toEqual([]);
    expect(cluster.lease()).toBeUndefined();
    expect(cluster.sweep).toMatchObject({ status: 'active', counts: { pending: 2, succeeded: 2 } });
  });

  it('of device time counts all slots, and gives back what runs at its end, for nobody has failed', () => {
    const cluster = play('{ deviceHours: 1 }');
    const [a, b] = [cluster.lease(), cluster.lease()];
    if (!a || !b) throw new Error('no lease');
    cluster.wait(29 * MINUTE);
    expect(cluster.enforce()).toEqual([]);
    cluster.wait(MINUTE);
    expect(types(cluster.enforce())).toEqual(['attempt-lost', 'attempt-lost', 'budget-exhausted']);
    expect(cluster.sweep).toMatchObject({ exhausted: 'its 1 h of device time are used up', usedMs: 60 * MINUTE });
    expect(trialOf(cluster.sweep, a.cell)).toMatchObject({ state: 'pending', strikes: 0, attempt: 1 });
    // A raised budget lets it go on; the time stays spent.
    cluster.edit('{ deviceHours: 2 }');
    expect(cluster.lease()).toMatchObject({ cell: a.cell, attempt: 2 });
  });

  it('of time lets a trial start only when it will end within it, by what was measured', () => {
    const cluster = play('{ wallHours: 1 }');
    const first = cluster.lease();
    if (!first) throw new Error('no lease');
    cluster.start(first);
    cluster.wait(25 * MINUTE);
    cluster.finish(first);
    const second = cluster.lease();
    if (!second) throw new Error('no lease');
    cluster.start(second);
    cluster.wait(11 * MINUTE);
    // 24 minutes are left, and such a trial takes 25.
    expect(cluster.lease()).toBeUndefined();
    cluster.wait(14 * MINUTE);
    cluster.finish(second);
    expect(cluster.enforce()).toMatchObject([
      { type: 'budget-exhausted', reason: 'what is left of it is too short for the next cell' },
    ]);
  });
});

it('the time that is left follows from measured speed and the connected slots', () => {
  const cluster = play('{ cells: 9 }');
  const { grid } = cluster.sweep;
  const slots = [place(), place()];
  expect(estimateTime(grid, 4, cluster.state.speeds, slots, costOf)).toBeUndefined();
  const first = cluster.lease();
  if (!first) throw new Error('no lease');
  cluster.start(first);
  cluster.wait(10 * MINUTE);
  cluster.finish(first);
  const { speeds } = cluster.state;
  expect(estimateTime(grid, 4, speeds, slots, costOf)).toEqual({ deviceMs: 40 * MINUTE, wallMs: 20 * MINUTE });
  // One trial does not become faster by a second slot, and without workers nobody knows when.
  expect(estimateTime(grid, 1, speeds, slots, costOf)).toEqual({ deviceMs: 10 * MINUTE, wallMs: 10 * MINUTE });
  expect(estimateTime(grid, 4, speeds, [], costOf)).toEqual({ deviceMs: 40 * MINUTE });
});
