import { describe, expect, it } from 'vitest';
import type { TickworkError } from '../../../core/errors.ts';
import { createGrid } from '../../../core/grid/grid.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const yaml = (earlyStopping: unknown, seeds = [1], trainEpochs = 9) =>
  spaceStudyYaml({
    factors: { biasRate: Array.from({ length: 9 }, (_, i) => i + 1) },
    seeds,
    extra: { earlyStopping },
  }).replace('"trainEpochs":1', `"trainEpochs":${trainEpochs}`);

function world(text: string) {
  const study = loadStudy(text);
  let state: ClusterState = EMPTY_CLUSTER;
  const run = (command: Parameters<typeof decide>[1]): readonly SweepEvent[] => {
    const decision = decide(state, command, 0, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  const total = createGrid(study).countConfigurations() * study.seeds.length;
  run({ type: 'submit-sweep', requestId: 'r', study, studyYaml: '', total });
  type Lease = Extract<SweepEvent, { type: 'trial-leased' }>;
  const leases: Lease[] = [];
  const lease = (): number => {
    const [event] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${leases.length}` });
    if (event?.type !== 'trial-leased') throw new Error('Expected a lease.');
    leases[event.cell] = event;
    return event.cell;
  };
  for (let i = 0; i < total; i++) lease();
  const report = (cell: number, trainEpoch: number, testError: number) => {
    return run({ type: 'record-report', record: { ...(leases[cell] as Lease), trainEpoch, metrics: { testError } } });
  };
  const finish = (cell: number, metrics: Readonly<Record<string, number>> = {}) =>
    run({ type: 'record-result', record: { ...(leases[cell] as Lease), contentHash: 'h', metrics } });
  return { report, finish, lease, sweep: () => state.sweeps.get('space-1') as SweepState };
}

describe('successive halving of a sweep', () => {
  it('stops what is behind at a rung with the reason, and completes with the rest', () => {
    const { report, finish, sweep } = world(yaml({ asha: { grace: 1, eta: 3 } }));
    // The error of cell c is c: 0 is best. All reach the first rung in the order of their cells.
    for (let cell = 0; cell < 9; cell++) report(cell, 1, cell);
    const states = () => Array.from({ length: 9 }, (_, cell) => trialOf(sweep(), cell).state);
    // n = 3: the third is stopped; n = 4, 5 leave one; n = 6 … 8 leave two, n = 9 three, and those that come later are worse.
    expect(states()).toEqual(['leased', 'leased', ...Array(7).fill('stopped')]);
    expect(trialOf(sweep(), 2)).toMatchObject({
      reason: 'rung at epoch 1: testError 2 is number 3 of 3, and the best 1 go on',
      trainEpoch: 1,
      value: 2,
    });
    expect(report(1, 3, 5)).toMatchObject([{ type: 'score-reported' }]);
    expect(report(0, 2, 5)).toEqual([]);
    finish(0);
    expect(finish(1)).toMatchObject([{ type: 'trial-succeeded' }, { type: 'sweep-completed' }]);
    expect(sweep().counts).toMatchObject({ succeeded: 2, stopped: 7 });
  });

  it('counts a repeated report once, stops nothing at the last epoch, and hears no stale lease', () => {
    const { report, sweep } = world(yaml({ asha: { grace: 1, eta: 2 } }, [1], 2));
    expect(report(0, 1, 1)).toHaveLength(1);
    expect(report(0, 1, 1)).toEqual([]);
    expect(report(1, 2, 50)).toMatchObject([{ type: 'score-reported' }]);
    expect(report(1, 1, 50)).toMatchObject([{ type: 'score-reported' }, { type: 'trial-stopped' }]);
    expect(report(1, 1, 50)).toEqual([]);
    expect(sweep().counts).toMatchObject({ leased: 8, stopped: 1 });
  });

  it('compares only trials of one seed', () => {
    const { report } = world(yaml({ asha: { grace: 1, eta: 2 } }, [1, 2]));
    expect(report(0, 1, 1)).toHaveLength(1);
    expect(report(9 + 1, 1, 50)).toHaveLength(1);
    expect(report(1, 1, 50)).toMatchObject([{}, { type: 'trial-stopped', cell: 1 }]);
  });

  it('takes no result that comes after the stop', () => {
    const { report, finish, sweep } = world(yaml({ asha: { grace: 1, eta: 2 } }));
    report(0, 1, 1);
    report(1, 1, 2);
    expect(finish(1)).toEqual([]);
    expect(trialOf(sweep(), 1).state).toBe('stopped');
  });
});

describe('in a search', () => {
  it('trials of one stage are not compared with those of another', () => {
    const stages = [{ samples: 2 }, { samples: 2, parameters: { trainImages: 64 } }];
    const { report, finish, lease, sweep } = world(
      spaceStudyYaml({
        factors: { learningRate: { logUniform: [0.001, 0.1] }, trainEpochs: [4] },
        extra: { earlyStopping: { asha: { grace: 1, eta: 2 } }, sampler: { coarseToFine: { stages } } },
      }),
    );
    report(0, 1, 1);
    report(1, 1, 2);
    finish(0, { testError: 1 });
    expect(sweep().counts).toMatchObject({ succeeded: 1, stopped: 1, pending: 2 });
    const next = lease();
    expect(report(next, 1, 99)).toHaveLength(1);
  });
});

describe('a study without a rule', () => {
  it('takes no note of reports', () => {
    const { report } = world(yaml(undefined));
    expect(report(0, 1, 1)).toEqual([]);
  });
});

describe('a rule', () => {
  it.each([
    ['of no name', { percentile: {} }, 'earlyStopping'],
    ['with an unknown metric', { asha: { metric: 'testErrorTop5' } }, 'earlyStopping.asha.metric'],
    ['with a bad eta', { asha: { eta: 1 } }, 'earlyStopping.asha.eta'],
    ['with an option of another', { median: { eta: 3 } }, 'earlyStopping.median.eta'],
    ['with a bad grace', { hyperband: { grace: 0 } }, 'earlyStopping.hyperband.grace'],
  ])('%s is refused', (_, earlyStopping, field) => {
    try {
      loadStudy(yaml(earlyStopping));
    } catch (error) {
      expect((error as TickworkError).violations[0]).toMatchObject({ field });
      return;
    }
    throw new Error('Expected a refusal.');
  });
});
