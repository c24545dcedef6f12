import { describe, expect, it } from 'vitest';
import { gridIndexOf } from '../../../core/grid/grid.ts';
import { readAsked } from '../../../core/study/asked-configurations.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { Ask } from '../../../core/study/search.ts';
import type { Study } from '../../../core/study/study.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { cellsFrom, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const DOMAIN = {
  learningRate: { logUniform: [1e-4, 0.1] },
  batchSize: { integer: [8, 64] },
  dropout: { uniform: [0, 0.5], quantum: 0.1 },
  optimiser: ['adam', 'sgd'],
  momentum: { values: [0.5, 0.9], when: 'optimiser == "sgd"' },
};
const GOOD = { learningRate: 0.01, batchSize: 32, dropout: 0.3, optimiser: 'adam' };

function studyOf({
  factors = DOMAIN as object,
  samples = 5,
  seeds = [1],
  where = undefined as string | undefined,
} = {}) {
  return loadStudy(
    spaceStudyYaml({ factors, seeds, ...(where ? { where } : {}), extra: { sampler: { ask: { samples } } } }),
  );
}

const read = (study: Study, parameters: object) =>
  readAsked(study, study.search as Ask, parameters as Record<string, unknown>);

function complaintsOf(study: Study, parameters: object): string[] {
  const asked = read(study, parameters);
  return 'levels' in asked ? [] : asked.complaints.map(({ path }) => path.join('.'));
}

/** A cluster of one sweep that is asked and told. */
function play(study: Study) {
  let state = EMPTY_CLUSTER;
  const log: SweepEvent[] = [];
  let step = 0;
  const run = (command: Command) => {
    const decision = decide(state, command, step++, { costOf: () => 1 });
    if (decision.ok) {
      state = decision.events.reduce(evolve, state);
      log.push(...decision.events);
    }
    return decision;
  };
  run({ type: 'submit-sweep', requestId: 'submit', study, studyYaml: '', total: 0 });
  const sweepId = 'space-1';
  return {
    log,
    run,
    sweepId,
    get sweep() {
      return state.sweeps.get(sweepId) as SweepState;
    },
    ask(requestId: string, parameters: object) {
      const asked = read(study, parameters);
      if (!('levels' in asked)) throw new Error(JSON.stringify(asked.complaints));
      return run({ type: 'ask-configuration', requestId, sweepId, levels: asked.levels });
    },
    /** Leases the next cell and ends it with a result. */
    workOff() {
      const leased = run({ type: 'grant-lease', worker: 'w', leaseId: `l${step}` });
      const [lease] = leased.ok ? leased.events : [];
      if (lease?.type !== 'trial-leased') return undefined;
      run({ type: 'record-result', record: { ...lease, contentHash: 'h', metrics: { testError: 1 } } });
      return lease.cell;
    },
  };
}

describe('a configuration that is asked for', () => {
  const study = studyOf();

  it('is read against the domain: bounds, whole numbers, steps, lists, conditions', () => {
    expect(complaintsOf(study, GOOD)).toEqual([]);
    expect(complaintsOf(study, { ...GOOD, optimiser: 'sgd', momentum: 0.9 })).toEqual([]);
    expect(complaintsOf(study, { ...GOOD, learningRate: 0.2 })).toEqual(['learningRate']);
    expect(complaintsOf(study, { ...GOOD, learningRate: '0.01' })).toEqual(['learningRate']);
    expect(complaintsOf(study, { ...GOOD, batchSize: 8.5 })).toEqual(['batchSize']);
    expect(complaintsOf(study, { ...GOOD, dropout: 0.25 })).toEqual(['dropout']);
    expect(complaintsOf(study, { ...GOOD, optimiser: 'lion' })).toEqual(['optimiser']);
    expect(complaintsOf(study, { ...GOOD, optimiser: 'sgd' })).toEqual(['momentum']);
    expect(complaintsOf(study, { ...GOOD, momentum: 0.9 })).toEqual(['momentum']);
    expect(complaintsOf(study, { ...GOOD, trainEpochs: 3 })).toEqual(['trainEpochs']);
    expect(complaintsOf(study, {})).toEqual(['learningRate', 'batchSize', 'dropout', 'optimiser']);
  });

  it('is kept by the constraint', () => {
    const constrained = studyOf({ where: 'batchSize <= 32' });
    expect(complaintsOf(constrained, GOOD)).toEqual([]);
    expect(complaintsOf(constrained, { ...GOOD, batchSize: 64 })).toEqual(['']);
  });

  it('without a space may have any parameter that a trial can have', () => {
    const open = studyOf({ factors: {} });
    expect(complaintsOf(open, { learningRate: 0.3, config: 'B' })).toEqual([]);
    expect(complaintsOf(open, { learningRate: -1 })).toEqual(['learningRate']);
    expect(complaintsOf(open, { luck: 7 })).toEqual(['luck']);
    expect(complaintsOf(open, { config: { label: 'x' } })).toEqual(['config']);
  });
});

describe('a sweep that is asked for configurations', () => {
  it('gives a request its cell once, whatever is repeated', () => {
    const cluster = play(studyOf());
    const first = cluster.ask('r1', GOOD);
    expect(first).toMatchObject({ ok: true, asked: { gridIndex: 0, known: false } });
    expect(cluster.ask('r2', { ...GOOD, batchSize: 16 })).toMatchObject({ asked: { gridIndex: 1, known: false } });
    expect(cluster.ask('r1', GOOD)).toMatchObject({ events: [], asked: { gridIndex: 0, known: false } });
    expect(cluster.ask('r1', { ...GOOD, batchSize: 9 })).toMatchObject({ ok: false, code: 'REQUEST_ID_REUSED' });
    expect(cluster.ask('submit', GOOD)).toMatchObject({ ok: false, code: 'REQUEST_ID_REUSED' });
    // The same configuration under another id is the same cell, and stays so.
    expect(cluster.ask('r3', GOOD)).toMatchObject({ asked: { gridIndex: 0, known: true } });
    expect(cluster.ask('r3', GOOD)).toMatchObject({ events: [], asked: { gridIndex: 0, known: true } });
    expect(cluster.sweep).toMatchObject({ total: 2, counts: { pending: 2 } });
  });

  it('runs what was asked, waits for more, and is completed when all samples have ended', () => {
    const cluster = play(studyOf({ samples: 3, seeds: [1, 2] }));
    expect(cluster.workOff()).toBeUndefined();
    cluster.ask('a', GOOD);
    expect([cluster.workOff(), cluster.workOff(), cluster.workOff()]).toEqual([0, 3, undefined]);
    expect(cluster.sweep.status).toBe('active');
    cluster.ask('b', { ...GOOD, optimiser: 'sgd', momentum: 0.5 });
    cluster.ask('c', { ...GOOD, batchSize: 16 });
    expect(cluster.ask('d', { ...GOOD, batchSize: 17 })).toMatchObject({ ok: false, code: 'SEARCH_ENDED' });
    // What is there already may still be asked for.
    expect(cluster.ask('e', GOOD)).toMatchObject({ asked: { gridIndex: 0, known: true } });
    expect(Array.from({ length: 5 }, cluster.workOff)).toEqual([1, 2, 4, 5, undefined]);
    expect(cluster.sweep).toMatchObject({ status: 'completed', total: 6, counts: { succeeded: 6 } });
    const { grid } = cluster.sweep;
    expect(grid.parameters(gridIndexOf(grid, 4))).toMatchObject({ optimiser: 'sgd', momentum: 0.5 });
    expect(grid.parameters(gridIndexOf(grid, 3))).not.toHaveProperty('momentum');
  });

  it('without a space grows factors as they come', () => {
    const cluster = play(studyOf({ factors: {} }));
    cluster.ask('a', {});
    cluster.ask('b', { config: 'B' });
    cluster.ask('c', { config: 'A', learningRate: 0.5 });
    const titles = [...cellsFrom(cluster.sweep, 0)].map((cell) => cluster.sweep.grid.title(cell));
    expect(titles).toEqual(['', 'config=B', 'config=A learningRate=0.5']);
    expect(cluster.ask('d', {})).toMatchObject({ asked: { gridIndex: 0, known: true } });
  });

  it('is completed by the end of the search, at once when nothing runs', () => {
    const cluster = play(studyOf());
    cluster.ask('a', GOOD);
    cluster.workOff();
    const end = { type: 'end-search', requestId: 'end', sweepId: cluster.sweepId } as const;
    expect(cluster.run(end)).toMatchObject({ ok: true });
    expect(cluster.run(end)).toMatchObject({ ok: true, events: [] });
    expect(cluster.sweep.status).toBe('completed');
    expect(cluster.ask('b', { ...GOOD, batchSize: 9 })).toMatchObject({ ok: false, code: 'SWEEP_FINISHED' });

    const busy = play(studyOf());
    busy.ask('a', GOOD);
    busy.run({ ...end, requestId: 'e2' });
    expect(busy.sweep.status).toBe('active');
    expect(busy.ask('b', { ...GOOD, batchSize: 9 })).toMatchObject({ ok: false, code: 'SEARCH_ENDED' });
    busy.workOff();
    expect(busy.sweep.status).toBe('completed');
  });

  it('stops trials that are told to be pruned, running or not', () => {
    const cluster = play(studyOf());
    cluster.ask('a', GOOD);
    cluster.ask('b', { ...GOOD, batchSize: 9 });
    cluster.ask('c', { ...GOOD, batchSize: 10 });
    cluster.run({ type: 'grant-lease', worker: 'w', leaseId: 'l' });
    const prune = (cell: number) =>
      cluster.run({
        type: 'prune-trial',
        sweepId: cluster.sweepId,
        cell,
        trainEpoch: 1,
        value: 90,
        reason: 'hopeless',
      });
    expect(prune(0)).toMatchObject({ events: [{ type: 'trial-stopped', attempt: 1, worker: 'w' }] });
    expect(prune(1)).toMatchObject({ events: [{ type: 'trial-stopped', attempt: 0 }] });
    expect(prune(0)).toMatchObject({ ok: true, events: [] });
    expect(cluster.workOff()).toBe(2);
    expect(prune(2)).toMatchObject({ ok: false, code: 'TRIAL_FINISHED' });
    expect(cluster.sweep).toMatchObject({ counts: { pending: 0, leased: 0, stopped: 2, succeeded: 1 } });
    expect(trialOf(cluster.sweep, 0)).toMatchObject({ state: 'stopped', reason: 'hopeless' });
  });

  it('replays from its log, with the answers to all requests', () => {
    const cluster = play(studyOf({ seeds: [1, 2] }));
    cluster.ask('a', GOOD);
    cluster.workOff();
    cluster.ask('b', { ...GOOD, optimiser: 'sgd', momentum: 0.5 });
    const replayed = (JSON.parse(JSON.stringify(cluster.log)) as SweepEvent[]).reduce(evolve, EMPTY_CLUSTER);
    const sweep = replayed.sweeps.get(cluster.sweepId) as SweepState;
    expect(sweep.study).toEqual(cluster.sweep.study);
    expect(sweep.counts).toEqual(cluster.sweep.counts);
    expect(replayed.requests.get('b')).toMatchObject({ asked: { gridIndex: 1, known: false } });
  });
});

describe('sampler.ask', () => {
  it('is refused for spaces that are no product, and without samples', () => {
    const withSampler = (extra: object, space?: object) => () =>
      loadStudy(spaceStudyYaml({ ...(space ? { space } : {}), extra: { ...extra } }));
    expect(withSampler({ sampler: { ask: {} } })).toThrow(/sampler.ask.samples/);
    expect(withSampler({ sampler: { ask: { samples: 5 } } }, { cells: [{ batchSize: 1 }] })).toThrow(/product/);
  });
});
