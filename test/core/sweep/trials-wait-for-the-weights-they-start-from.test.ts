import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { Study } from '../../../core/study/study.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, cellsFrom, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { sweepsOf } from '../../../core/sweep/sweeps.ts';
import { isFinished } from '../../../core/trial/trial.ts';
import { DEPENDENT_STUDY, DEPENDENT_WORLD, rowsYaml } from '../../support/dependent-studies.ts';
import { spaceStudyYaml } from '../../support/studies.ts';
import { actions, cellsOf, play } from '../../support/sweep-actions.ts';

const options = { costOf: () => 1 };

/** By names and seeds alone, over all cells: what the present study wants comes first, then what was there last. */
function naiveUpstream(sweep: SweepState, cell: number): number | undefined {
  const { grid } = sweep;
  const parametersOf = (other: number) => grid.parameters(grid.gridIndexAt(other));
  const name = parametersOf(cell)['initialWeights'];
  if (name === undefined) return undefined;
  const same = [...cellsFrom(sweep, 0)].filter(
    (other) => grid.seedIndexAt(other) === grid.seedIndexAt(cell) && parametersOf(other)['saveWeightsAs'] === name,
  );
  const inStudy = (other: number) => grid.seeds.some((_, i) => grid.wants(grid.cellOf(grid.gridIndexAt(other), i)));
  return same.filter(inStudy).at(-1) ?? same.at(-1);
}

describe('trials that start from the weights of others of their study', () => {
  it('are granted only when these have succeeded, and blocked exactly when one before them has ended without', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(DEPENDENT_WORLD, list, (before, after, _, events) => {
          for (const event of events) {
            if (event.type !== 'trial-leased') continue;
            const sweep = before.sweeps.get(event.sweepId) as SweepState;
            const upstream = naiveUpstream(sweep, event.cell);
            if (upstream !== undefined) expect(trialOf(sweep, upstream).state).toBe('succeeded');
          }
          for (const sweep of after.sweeps.values()) {
            if (before.sweeps.get(sweep.id) === sweep) continue;
            for (const cell of cellsFrom(sweep, 0)) {
              const upstream = naiveUpstream(sweep, cell);
              const trial = trialOf(sweep, cell);
              if (trial.state !== 'pending' && trial.state !== 'blocked') continue;
              const above = upstream === undefined ? undefined : trialOf(sweep, upstream);
              const hopeless = above !== undefined && isFinished(above) && above.state !== 'succeeded';
              expect(trial.state).toBe(hopeless ? 'blocked' : 'pending');
            }
          }
        });
      }),
    );
  });

  it('never leave a sweep with cells that wait while nothing runs and nothing may start', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(DEPENDENT_WORLD, list, (_, after) => {
          for (const sweep of after.sweeps.values()) {
            if (sweep.status !== 'active' || sweep.live.size > 0) continue;
            const alone = { ...after, sweeps: sweepsOf([{ ...sweep, paused: false }]) };
            const decision = decide(alone, { type: 'grant-lease', worker: 'fresh', leaseId: 'l' }, 0, options);
            expect(decision.ok && decision.events.map(({ type }) => type)).toEqual(['trial-leased']);
          }
        });
      }),
    );
  });
});

/** A cluster with one sweep, whose trials are run in the order in which they are granted. */
function cluster(study: Study) {
  let state: ClusterState = EMPTY_CLUSTER;
  let step = 0;
  const apply = (command: Command) => {
    const decision = decide(state, command, ++step, options);
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  const [submitted] = apply({ type: 'submit-sweep', requestId: 's', study, studyYaml: '', total: cellsOf(study) });
  const { sweepId } = submitted as { sweepId: string };
  const sweep = () => state.sweeps.get(sweepId) as SweepState;
  const grant = () => {
    const [event] = apply({ type: 'grant-lease', worker: 'w', leaseId: `l${step}` });
    return event?.type === 'trial-leased' ? event : undefined;
  };
  type Lease = NonNullable<ReturnType<typeof grant>>;
  return {
    sweepId,
    sweep,
    apply,
    grant,
    succeed: (lease: Lease) => apply({ type: 'record-result', record: { ...lease, contentHash: 'h' } }),
    fail: (lease: Lease) =>
      apply({ type: 'record-failure', record: { ...lease, kind: 'diverged', message: 'NaN at step 7' } }),
    label: (lease: Lease) => `${sweep().grid.title(sweep().grid.gridIndexAt(lease.cell))} ${lease.cell}`,
    states: () => [...cellsFrom(sweep(), 0)].map((cell) => trialOf(sweep(), cell).state),
  };
}

describe('a chain of three with leaves', () => {
  it('is run upstream first, seed by seed', () => {
    const world = cluster(DEPENDENT_STUDY);
    const order: string[] = [];
    for (let lease = world.grant(); lease; lease = world.grant()) {
      order.push(`${world.label(lease)}`);
      world.succeed(lease);
    }
    expect(order).toEqual([
      ...['row=base 4', 'row=middle 1', 'row=leaf 0', 'row=side 2', 'row=alone 3', 'row=leaf 2 5'],
      ...['row=base 10', 'row=middle 7', 'row=leaf 6', 'row=side 8', 'row=alone 9', 'row=leaf 2 11'],
    ]);
    expect(world.sweep()).toMatchObject({ status: 'completed', counts: { succeeded: 12, blocked: 0 } });
  });

  it('waits while the first one runs, is blocked by its failure, and goes on when it is tried again', () => {
    const world = cluster(
      loadStudy(
        rowsYaml(
          [
            { label: 'base', saveWeightsAs: 'a' },
            { label: 'end', initialWeights: 'a' },
          ],
          [1],
        ),
      ),
    );
    const first = world.grant();
    expect(world.grant()).toBeUndefined();
    world.fail(first as NonNullable<typeof first>);
    expect(world.states()).toEqual(['failed', 'blocked']);
    expect(trialOf(world.sweep(), 1)).toEqual({ state: 'blocked', attempt: 0, by: 0 });
    expect(world.sweep()).toMatchObject({ status: 'completed', counts: { failed: 1, blocked: 1, pending: 0 } });
    world.apply({ type: 'retry-failed', requestId: 'r', sweepId: world.sweepId, kinds: [] });
    expect(world.states()).toEqual(['pending', 'pending']);
    for (let lease = world.grant(); lease; lease = world.grant()) world.succeed(lease);
    expect(world.sweep()).toMatchObject({ status: 'completed', counts: { succeeded: 2, failed: 0, blocked: 0 } });
  });

  it('is blocked with all behind it when an attempt is lost after an edit has put a failed trial before it', () => {
    const [old, other, last] = [
      { label: 'old base', saveWeightsAs: 'a' },
      { label: 'new base', saveWeightsAs: 'a' },
      { label: 'end', initialWeights: 'b' },
    ];
    const middle = { label: 'middle', initialWeights: 'a', saveWeightsAs: 'b' };
    const world = cluster(loadStudy(rowsYaml([old, middle, last], [1])));
    type Lease = NonNullable<ReturnType<typeof world.grant>>;
    world.succeed(world.grant() as Lease);
    const running = world.grant() as Lease;
    const study = loadStudy(rowsYaml([other, middle, last], [1]));
    const edit = { requestId: 'e', sweepId: world.sweepId, study, studyYaml: '', cancelRunning: false };
    world.apply({ type: 'edit-sweep', ...edit });
    world.fail(world.grant() as Lease);
    expect(world.sweep()).toMatchObject({
      status: 'active',
      counts: { running: 0, leased: 1, pending: 1, blocked: 0 },
    });
    world.apply({ type: 'lose-attempt', lease: running, kind: 'preempted', message: '', worker: 'w' });
    expect(world.sweep()).toMatchObject({ status: 'completed', counts: { leased: 0, pending: 0, blocked: 2 } });
  });

  it('counts nothing against a budget of cells while it is blocked', () => {
    const yaml = rowsYaml(
      [{ label: 'base', saveWeightsAs: 'a' }, { label: 'end', initialWeights: 'a' }, { label: 'alone' }],
      [1],
      { budget: { cells: 2 } },
    );
    const world = cluster(loadStudy(yaml));
    world.fail(world.grant() as NonNullable<ReturnType<typeof world.grant>>);
    expect(world.label(world.grant() as NonNullable<ReturnType<typeof world.grant>>)).toBe('row=alone 2');
  });
});

describe('a study', () => {
  const violationsOf = (yaml: string) => {
    try {
      loadStudy(yaml);
    } catch (error) {
      return (error as Error).message.split('\n');
    }
    return [];
  };

  it('says nothing of dependencies when the weights come from elsewhere, however large it is', () => {
    const factors = { learningRate: { from: 0.001, to: 0.1, count: 9_999_999 }, initialWeights: ['elsewhere'] };
    expect(loadStudy(spaceStudyYaml({ factors })).dependencies).toBeUndefined();
    expect(DEPENDENT_STUDY.dependencies).toBe(true);
  });

  it('is refused where trials would wait for themselves, with the line', () => {
    const yaml = rowsYaml([
      { label: 'x', saveWeightsAs: 'a', initialWeights: 'b' },
      { label: 'y', saveWeightsAs: 'b', initialWeights: 'a' },
    ]);
    expect(violationsOf(yaml)[0]).toMatch(
      /^line 4:\d+ factors\.row\[0\]\.initialWeights: Expected a trial to wait for none that waits for it, got row=x ← row=y ← row=x\.$/,
    );
    expect(violationsOf(rowsYaml([{ label: 'x', saveWeightsAs: 'a', initialWeights: 'a' }]))[0]).toContain(
      'row=x ← row=x',
    );
  });

  it('is refused where two configurations keep the weights that a third starts from', () => {
    const yaml = rowsYaml([
      { label: 'x', saveWeightsAs: 'a' },
      { label: 'y', saveWeightsAs: 'a' },
      { label: 'z', initialWeights: 'a' },
    ]);
    expect(violationsOf(yaml)[0]).toMatch(
      /saveWeightsAs: Expected one configuration to keep weights as a, .* got row=x and row=y\.$/,
    );
  });

  it('is refused with adaptive replicas, with too many cells, with a chain that is too long', () => {
    const pair = [
      { label: 'x', saveWeightsAs: 'a' },
      { label: 'y', initialWeights: 'a' },
    ];
    const replicas = { start: 2, metric: 'testError', confidence: 0.95, deviceHours: 1 };
    expect(violationsOf(rowsYaml(pair, [1, 2, 3], { base: { row: 'x' }, replicas }))[0]).toContain(
      'replicas: Expected no adaptive',
    );
    const learningRate = { from: 0.001, to: 0.1, count: 60_000 };
    expect(violationsOf(spaceStudyYaml({ factors: { row: pair, learningRate } }))[0]).toContain('at most 100000 cells');
    const chain = Array.from({ length: 66 }, (_, i) => ({
      label: `r${i}`,
      saveWeightsAs: `w${i}`,
      ...(i === 0 ? {} : { initialWeights: `w${i - 1}` }),
    }));
    expect(violationsOf(rowsYaml(chain))[0]).toContain('at most 64 trials that follow one another');
  });
});
