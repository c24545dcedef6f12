import { describe, expect, it } from 'vitest';
import type { TickworkError } from '../../../core/errors.ts';
import { createGrid, gridIndexOf } from '../../../core/grid/grid.ts';
import { refineBox } from '../../../core/search/coarse-to-fine.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, cellsFrom, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

type Parameters_ = Readonly<Record<string, unknown>>;

const factors = {
  learningRate: { logUniform: [1e-6, 1e-1] },
  weightDecay: { logUniform: [1e-5, 1e3] },
  optimiser: ['sgd', 'adam'],
};
const stages = [
  { samples: 30, parameters: { trainEpochs: 1 } },
  { samples: 15, parameters: { trainEpochs: 2 } },
  { samples: 10, parameters: { trainEpochs: 3 } },
];
const study = (sampler: object, seeds = [1, 2]) =>
  spaceStudyYaml({ factors, seeds, extra: { sampler: { coarseToFine: sampler } } });

/** Best at learningRate 10^-3 and weightDecay 10^-1 with sgd. */
function error(p: Parameters_): number {
  const distance = (name: string, at: number) => (Math.log10(p[name] as number) - at) ** 2;
  return 10 + distance('learningRate', -3) + distance('weightDecay', -1) + (p['optimiser'] === 'adam' ? 5 : 0);
}

/** Runs a study to its end with a made-up metric, cell after cell as they are leased. @returns the sweep and its events. */
function play(yaml: string, measure: (p: Parameters_, seed: number) => number | undefined) {
  const loaded = loadStudy(yaml);
  let state: ClusterState = EMPTY_CLUSTER;
  const log: SweepEvent[] = [];
  const run = (command: Parameters<typeof decide>[1]): readonly SweepEvent[] => {
    const decision = decide(state, command, log.length, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    log.push(...decision.events);
    return decision.events;
  };
  const total = createGrid(loaded).countConfigurations() * loaded.seeds.length;
  run({ type: 'submit-sweep', requestId: 'r', study: loaded, studyYaml: yaml, total });
  for (let i = 0; ; i++) {
    const [lease] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${i}` });
    if (lease?.type !== 'trial-leased') break;
    const { grid } = state.sweeps.get('space-1') as SweepState;
    const value = measure(
      grid.parameters(gridIndexOf(grid, lease.cell)),
      grid.seeds[Math.floor(lease.cell / grid.size)] as number,
    );
    if (value === undefined) run({ type: 'record-failure', record: { ...lease, kind: 'diverged', message: 'NaN' } });
    else run({ type: 'record-result', record: { ...lease, contentHash: `${i}`, metrics: { testError: value } } });
  }
  return { sweep: state.sweeps.get('space-1') as SweepState, log, state };
}

describe('a refined box', () => {
  it('spans the kept values and half a spacing more, on the scale of the distribution, within the first box', () => {
    const first = { scale: 'log-uniform', low: 1e-6, high: 1e-1 } as const;
    // 50 draws over five decades: a spacing of a tenth of a decade.
    const { distribution, bestAtEdge } = refineBox(first, first, 50, [1e-3, 1e-4, 1e-2]);
    expect(Math.log10(distribution.low)).toBeCloseTo(-4.05, 5);
    expect(Math.log10(distribution.high)).toBeCloseTo(-1.95, 5);
    expect(bestAtEdge).toBe(false);
    expect(refineBox(first, first, 50, [1.05e-6, 1e-5])).toMatchObject({
      distribution: { low: 1e-6 },
      bestAtEdge: true,
    });
  });

  it('keeps whole numbers whole and quanta on their grid', () => {
    const integer = { scale: 'uniform', low: 1, high: 20, integer: true } as const;
    expect(refineBox(integer, integer, 10, [7, 5]).distribution).toMatchObject({ low: 4, high: 8 });
    const quantised = { scale: 'uniform', low: 0, high: 0.5, quantum: 0.05 } as const;
    expect(refineBox(quantised, quantised, 10, [0.2, 0.3]).distribution).toMatchObject({ low: 0.15, high: 0.35 });
  });
});

describe('a coarse-to-fine search', () => {
  it('runs its stages one after the other, each around the best of the last, and records why', () => {
    const { sweep, log } = play(study({ stages, keep: 4, seed: 3 }), error);
    expect(sweep).toMatchObject({ status: 'completed', total: 110, counts: { succeeded: 110 } });
    expect(sweep.study.search?.drawn).toEqual([30, 15, 10]);
    const proposals = log.filter((event) => event.type === 'configurations-proposed');
    expect(proposals.map(({ added }) => added)).toEqual([15, 10]);
    expect(sweep.decisions[0]?.reason).toMatch(
      /^Stage 2 of 3: 15 configurations around the best 4 of 30 by testError \(.* to .*\)\. learningRate \[0\.000001, 0\.1\] → \[.*\]/,
    );
    const byStage = (stage: number) =>
      [...cellsFrom(sweep, 0)].filter(
        (cell) =>
          cell < sweep.grid.size && sweep.grid.labels(cell).some((l) => l.factor === 'stage' && l.label === `${stage}`),
      );
    expect([1, 2, 3].map((stage) => byStage(stage).length)).toEqual([30, 15, 10]);
    for (const [stage, epochs] of [
      [1, 1],
      [2, 2],
      [3, 3],
    ] as const)
      for (const cell of byStage(stage)) expect(sweep.grid.parameters(cell)['trainEpochs']).toBe(epochs);
    const spread = (stage: number) => {
      const logs = byStage(stage).map((cell) => Math.log10(sweep.grid.parameters(cell)['learningRate'] as number));
      return Math.max(...logs) - Math.min(...logs);
    };
    expect(spread(2)).toBeLessThan(spread(1));
    expect(spread(3)).toBeLessThan(spread(2));
  });

  it('finds a known optimum better than flat random search with the same number of trials (C10.1)', () => {
    const best = (sweep: SweepState) =>
      Math.min(...[...cellsFrom(sweep, 0)].map((cell) => error(sweep.grid.parameters(gridIndexOf(sweep.grid, cell)))));
    const gaps = Array.from({ length: 7 }, (_, seed) => {
      const coarse = best(play(study({ stages, keep: 4, seed }, [1]), error).sweep);
      const flat = best(play(study({ stages: [{ samples: 55 }], seed: seed + 100 }, [1]), error).sweep);
      return { coarse: coarse - 10, flat: flat - 10 };
    });
    const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[3] as number;
    expect(median(gaps.map(({ coarse }) => coarse))).toBeLessThan(0.25 * median(gaps.map(({ flat }) => flat)));
    expect(gaps.filter(({ coarse, flat }) => coarse < flat).length).toBeGreaterThanOrEqual(5);
  });

  it('ranks configurations by the mean over their seeds, and those without a result last', () => {
    const noisy = play(study({ stages, keep: 1, seed: 3 }), (p, seed) => error(p) + (seed === 1 ? 100 : -100));
    const plain = play(study({ stages, keep: 1, seed: 3 }), error);
    expect(noisy.sweep.study.factors).toEqual(plain.sweep.study.factors);
    const failing = play(study({ stages, keep: 5, seed: 3 }), (p) =>
      (p['learningRate'] as number) > 1e-3 ? undefined : error(p),
    );
    expect(failing.sweep.status).toBe('completed');
    expect(failing.sweep.counts.failed).toBeGreaterThan(0);
  });

  it('ends when a stage has no result at all', () => {
    const { sweep } = play(study({ stages, seed: 3 }), () => undefined);
    expect(sweep).toMatchObject({ status: 'completed', total: 60, counts: { failed: 60 } });
  });

  it('keeps the cells of earlier stages as they were, and replays from its log', () => {
    const { log, state } = play(study({ stages, keep: 4, seed: 3 }), error);
    const early = log.findIndex((event) => event.type === 'configurations-proposed');
    const before = log.slice(0, early).reduce(evolve, EMPTY_CLUSTER).sweeps.get('space-1') as SweepState;
    const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[])
      .reduce(evolve, EMPTY_CLUSTER)
      .sweeps.get('space-1') as SweepState;
    const after = state.sweeps.get('space-1') as SweepState;
    for (const cell of cellsFrom(before, 0)) {
      const index = gridIndexOf(before.grid, cell);
      expect(after.grid.parameters(index)).toEqual(before.grid.parameters(index));
      expect(trialOf(replayed, cell)).toEqual(trialOf(after, cell));
    }
    expect(replayed.study).toEqual(JSON.parse(JSON.stringify(after.study)));
  });

  it.each([
    ['no stages', {}, 'sampler.coarseToFine.stages'],
    ['a stage without samples', { stages: [{}] }, 'sampler.coarseToFine.stages[0].samples'],
    [
      'an unknown parameter',
      { stages: [{ samples: 3, parameters: { depth: 1 } }] },
      'sampler.coarseToFine.stages[0].parameters.depth',
    ],
    [
      'a bad value',
      { stages: [{ samples: 3, parameters: { trainEpochs: 0 } }] },
      'sampler.coarseToFine.stages[0].parameters.trainEpochs',
    ],
    ['an unknown metric', { stages, metric: 'luck' }, 'sampler.coarseToFine.metric'],
    ['an unknown option', { stages, q: 5 }, 'sampler.coarseToFine.q'],
  ])('with %s is refused, by name', (_, sampler, field) => {
    try {
      loadStudy(study(sampler));
    } catch (error) {
      expect((error as TickworkError).violations[0]).toMatchObject({ field });
      return;
    }
    throw new Error('Expected a refusal.');
  });
});
