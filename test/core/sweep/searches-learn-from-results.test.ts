import { describe, expect, it } from 'vitest';
import type { TickworkError } from '../../../core/errors.ts';
import { createGrid, gridIndexOf } from '../../../core/grid/grid.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, cellsFrom, EMPTY_CLUSTER, type SweepState } from '../../../core/sweep/state.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

type Lease = Extract<SweepEvent, { type: 'trial-leased' }>;

const factors = {
  learningRate: { logUniform: [1e-5, 1] },
  optimiser: ['adam', 'sgd'],
  momentum: { uniform: [0, 0.99], when: 'optimiser == "sgd"' },
};

/** Best at learningRate 10^-2, sgd, momentum 0.8. */
function loss(p: Readonly<Record<string, unknown>>): number {
  const momentum = p['momentum'] === undefined ? 3 : 10 * ((p['momentum'] as number) - 0.8) ** 2;
  return (Math.log10(p['learningRate'] as number) + 2) ** 2 + momentum;
}

/** Runs a study with `slots` trials at a time; the oldest ends first. */
function play(
  sampler: object,
  {
    space = factors as object,
    slots = 1,
    seeds = [1],
    measure = loss as (p: Readonly<Record<string, unknown>>) => number | undefined,
  } = {},
) {
  const study = loadStudy(spaceStudyYaml({ factors: space, seeds, extra: { sampler } }));
  let state: ClusterState = EMPTY_CLUSTER;
  const log: SweepEvent[] = [];
  const run = (command: Parameters<typeof decide>[1]): readonly SweepEvent[] => {
    const decision = decide(state, command, log.length, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    log.push(...decision.events);
    return decision.events;
  };
  const total = createGrid(study).countConfigurations() * seeds.length;
  run({ type: 'submit-sweep', requestId: 'r', study, studyYaml: '', total });
  const running: Lease[] = [];
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    const [lease] = running.length < slots ? run({ type: 'grant-lease', worker: 'w', leaseId: `l${i}` }) : [];
    if (lease?.type === 'trial-leased') {
      running.push(lease);
      most = Math.max(most, running.length);
      continue;
    }
    const ending = running.shift();
    if (!ending) break;
    const { grid } = state.sweeps.get('space-1') as SweepState;
    const value = measure(grid.parameters(gridIndexOf(grid, ending.cell)));
    if (value === undefined) run({ type: 'record-failure', record: { ...ending, kind: 'diverged', message: 'NaN' } });
    else run({ type: 'record-result', record: { ...ending, contentHash: 'h', metrics: { testError: value } } });
  }
  return { sweep: state.sweeps.get('space-1') as SweepState, log, most };
}

const losses = ({ grid, ...sweep }: SweepState): number[] =>
  [...cellsFrom({ grid, ...sweep }, 0)].map((cell) => loss(grid.parameters(gridIndexOf(grid, cell))));

describe('a TPE search', () => {
  it('runs all its samples, keeps several slots busy, and records what it went by', () => {
    const { sweep, most } = play({ tpe: { samples: 40, startup: 8, seed: 1 } }, { slots: 4 });
    expect(sweep).toMatchObject({ status: 'completed', total: 40, counts: { succeeded: 40 } });
    expect(most).toBe(4);
    expect(sweep.decisions[0]?.reason).toMatch(
      /^TPE: 1 more from \d observations, 1 of them good; the best testError is /,
    );
    expect(sweep.study.search?.drawn.reduce((a, b) => a + b)).toBe(40);
    for (const p of [...cellsFrom(sweep, 0)].map((cell) => sweep.grid.parameters(cell)))
      expect(p['momentum'] !== undefined).toBe(p['optimiser'] === 'sgd');
  });

  it('comes closer to a known optimum than random search with as many trials', () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7];
    const best = (sampler: object) => Math.min(...losses(play(sampler).sweep));
    const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[3] as number;
    const tpe = median(seeds.map((seed) => best({ tpe: { samples: 50, startup: 10, seed } })));
    const random = median(seeds.map((seed) => best({ random: { samples: 50, seed } })));
    expect(tpe).toBeLessThan(0.7 * random);
  });

  it('draws no configuration twice, and ends when a small space has no more', () => {
    const study = (samples: number) =>
      spaceStudyYaml({
        factors: { trainEpochs: { integer: [1, 4] } },
        extra: { sampler: { tpe: { samples, startup: 2 } } },
      });
    expect(loadStudy(study(10)).search?.drawn).toEqual([2]);
    const small = play({ tpe: { samples: 12, startup: 4, batch: 3 } }, { seeds: [1, 2] });
    expect(small.sweep).toMatchObject({ status: 'completed', total: 24 });
    const labels = [...cellsFrom(small.sweep, 0)]
      .filter((cell) => cell < small.sweep.grid.size)
      .map((cell) => small.sweep.grid.title(cell));
    expect(new Set(labels).size).toBe(12);
  });

  it('of a single factor keeps what it has drawn', () => {
    const space = { learningRate: { logUniform: [1e-5, 1] } };
    const { sweep } = play({ tpe: { samples: 12, startup: 3 } }, { space });
    expect(sweep).toMatchObject({ status: 'completed', total: 12 });
    const rates = [...cellsFrom(sweep, 0)].map((cell) => sweep.grid.parameters(cell)['learningRate']);
    expect(new Set(rates).size).toBe(12);
  });

  it('learns from failures too', () => {
    const { sweep } = play(
      { tpe: { samples: 60, startup: 10, seed: 2 } },
      { measure: (p) => ((p['learningRate'] as number) < 1e-3 ? undefined : loss(p)) },
    );
    expect(sweep.status).toBe('completed');
    const rates = [...cellsFrom(sweep, 0)].map((cell) => sweep.grid.parameters(cell)['learningRate'] as number);
    const failing = (from: number, to: number) =>
      rates.slice(from, to).filter((rate) => rate < 1e-3).length / (to - from);
    // Random draws would fail two times in five.
    expect(failing(30, 60)).toBeLessThan(0.2);
  });

  it('replays from its log', () => {
    const { log, sweep } = play({ tpe: { samples: 20, startup: 5 } });
    const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[])
      .reduce(evolve, EMPTY_CLUSTER)
      .sweeps.get('space-1') as SweepState;
    expect(replayed.study).toEqual(JSON.parse(JSON.stringify(sweep.study)));
    expect(replayed.counts).toEqual(sweep.counts);
  });

  it.each([
    ['no samples', { startup: 3 }, 'sampler.tpe.samples'],
    ['more startup than samples', { samples: 3, startup: 4 }, 'sampler.tpe.startup'],
    ['an unknown metric', { samples: 30, metric: 'luck' }, 'sampler.tpe.metric'],
  ])('with %s is refused, by name', (_, tpe, field) => {
    try {
      loadStudy(spaceStudyYaml({ factors, extra: { sampler: { tpe } } }));
    } catch (error) {
      expect((error as TickworkError).violations[0]).toMatchObject({ field });
      return;
    }
    throw new Error('Expected a refusal.');
  });
});

describe('a Gaussian-process search', () => {
  it('keeps several slots busy with different configurations, conditional ones too, and says what it went by', () => {
    const { sweep, most } = play({ gp: { samples: 30, startup: 8, seed: 1 } }, { slots: 3 });
    expect(sweep).toMatchObject({ status: 'completed', total: 30, counts: { succeeded: 30 } });
    expect(most).toBe(3);
    expect(sweep.decisions[0]?.reason).toMatch(
      /^Gaussian process: 1 more by expected improvement over \d observations; /,
    );
    // The startup is the same as the first of the random draws.
    const best = (sampler: object) => Math.min(...losses(play(sampler, { slots: 3 }).sweep));
    const seeds = [2, 3, 4];
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const gp = seeds.map((seed) => best({ gp: { samples: 30, startup: 8, seed } }));
    const random = seeds.map((seed) => best({ random: { samples: 30, seed } }));
    expect(sum(gp)).toBeLessThan(sum(random) / 20);
  });

  it('ends when nothing can be measured', () => {
    const { sweep } = play({ gp: { samples: 30, startup: 4 } }, { measure: () => undefined });
    expect(sweep).toMatchObject({ status: 'completed', total: 4, counts: { failed: 4 } });
  });
});

describe('a CMA-ES search', () => {
  const space = {
    learningRate: { logUniform: [1e-5, 1] },
    momentum: { uniform: [0, 0.99] },
    trainEpochs: { integer: [1, 40] },
  };
  const measure = (p: Readonly<Record<string, unknown>>) =>
    (Math.log10(p['learningRate'] as number) + 2) ** 2 +
    10 * ((p['momentum'] as number) - 0.8) ** 2 +
    ((p['trainEpochs'] as number) / 10 - 1) ** 2;

  it('waits for each generation, closes in on a known optimum, and replays', () => {
    const { sweep, log } = play({ cmaEs: { samples: 140, seed: 1 } }, { space, measure, slots: 3 });
    expect(sweep).toMatchObject({ status: 'completed', total: 140 });
    expect(sweep.study.search?.drawn.slice(0, 3)).toEqual([7, 7, 7]);
    expect(sweep.decisions[0]?.reason).toMatch(
      /^CMA-ES: generation 2 of 7, step size 0\.\d+ of the unit cube; the best testError is /,
    );
    const values = [...cellsFrom(sweep, 0)].map((cell) => measure(sweep.grid.parameters(cell)));
    expect(Math.min(...values)).toBeLessThan(0.02);
    expect(Math.max(...values.slice(-14))).toBeLessThan(Math.max(...values.slice(0, 14)) / 5);
    const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[])
      .reduce(evolve, EMPTY_CLUSTER)
      .sweeps.get('space-1');
    expect(replayed?.study).toEqual(JSON.parse(JSON.stringify(sweep.study)));
  });

  it('is refused for lists and conditions, by name', () => {
    try {
      loadStudy(spaceStudyYaml({ factors, extra: { sampler: { cmaEs: { samples: 50 } } } }));
    } catch (error) {
      expect((error as TickworkError).violations.map(({ field }) => field)).toEqual([
        'factors.optimiser',
        'factors.momentum',
      ]);
      return;
    }
    throw new Error('Expected a refusal.');
  });
});

describe('population-based training', () => {
  const space = { dropout: { uniform: [0, 0.99] }, momentum: { uniform: [0, 0.99] } };

  /** The toy problem of Jaderberg et al. 2017, fig. 2: what is minimised is |θ|², and each hyperparameter says how fast one θ falls. */
  function trainer() {
    const kept = new Map<unknown, readonly number[]>();
    return (p: Readonly<Record<string, unknown>>): number => {
      const start = kept.get(p['initialWeights']) ?? [0.9, 0.9];
      if (p['initialWeights'] !== undefined && !kept.has(p['initialWeights']))
        throw new Error('Expected kept weights.');
      const rates = [p['dropout'], p['momentum']] as number[];
      const after = start.map((theta, i) => theta * (1 - 0.2 * (rates[i] as number)) ** 4);
      kept.set(p['saveWeightsAs'], after);
      return after.reduce((sum, theta) => sum + theta * theta, 0);
    };
  }

  it('goes on from the weights of the best, with their hyperparameters, and says who replaced whom', () => {
    const { sweep, log } = play(
      { pbt: { population: 6, generations: 5, exploit: 0.34, seed: 3 } },
      { space, measure: trainer(), slots: 4 },
    );
    expect(sweep).toMatchObject({ status: 'completed', total: 30, counts: { succeeded: 30 } });
    expect(sweep.decisions.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^PBT: generation 2 of 5; replaced m\d by m\d, m\d by m\d; the best testError is /),
      expect.stringMatching(/^PBT: generation 3 of 5; /),
      expect.stringMatching(/^PBT: generation 4 of 5; /),
      expect.stringMatching(/^PBT: generation 5 of 5; /),
    ]);
    const rows = [...cellsFrom(sweep, 0)].map((cell) => sweep.grid.parameters(cell));
    expect(rows[0]).toMatchObject({ saveWeightsAs: 'space-1-g1-m1' });
    expect(rows[0]).not.toHaveProperty('initialWeights');
    for (const [i, row] of rows.entries()) {
      if (i < 6) continue;
      const parent = rows.findIndex(({ saveWeightsAs }) => saveWeightsAs === row['initialWeights']);
      expect(Math.floor(parent / 6)).toBe(Math.floor(i / 6) - 1);
      const changed = parent % 6 !== i % 6;
      for (const name of ['dropout', 'momentum']) {
        const ratio = (row[name] as number) / (rows[parent]?.[name] as number);
        if (!changed) expect(ratio).toBe(1);
        else if (row[name] !== 0.99) expect(Math.min(Math.abs(ratio - 0.8), Math.abs(ratio - 1.2))).toBeLessThan(1e-4);
      }
    }
    const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[])
      .reduce(evolve, EMPTY_CLUSTER)
      .sweeps.get('space-1');
    expect(replayed?.study).toEqual(JSON.parse(JSON.stringify(sweep.study)));
  });

  it('ends better than its members would have alone', () => {
    const ends = (exploit: number) =>
      [1, 2, 3, 4, 5].map((seed) => {
        const measure = trainer();
        let last: number[] = [];
        play(
          { pbt: { population: 6, generations: 6, exploit, seed } },
          { space, measure: (p) => (last = [...last, measure(p)]).at(-1) },
        );
        return last.slice(-6).reduce((a, b) => a + b, 0);
      });
    const alone = [1, 2, 3, 4, 5].map((seed) => {
      const { sweep } = play({ pbt: { population: 6, generations: 1, seed } }, { space, measure: trainer() });
      return [...cellsFrom(sweep, 0)].reduce((sum, cell) => {
        const p = sweep.grid.parameters(cell);
        const theta = [p['dropout'], p['momentum']].map((rate) => 0.9 * (1 - 0.2 * (rate as number)) ** 24);
        return sum + theta.reduce((total, t) => total + t * t, 0);
      }, 0);
    });
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(ends(0.34))).toBeLessThan(0.5 * sum(alone));
  });

  it('is refused for conditions and ranges, by name, and for a population of one', () => {
    const fields = (extra: object, of: object = space) => {
      try {
        loadStudy(spaceStudyYaml({ factors: of, extra: { sampler: { pbt: extra } } }));
      } catch (error) {
        return (error as TickworkError).violations.map(({ field }) => field);
      }
      return [];
    };
    expect(fields({ population: 4, generations: 2 }, factors)).toEqual(['factors.momentum']);
    expect(fields({ population: 3, generations: 2 }, { dropout: { from: 0, to: 0.5, count: 3 } })).toContain(
      'factors.dropout',
    );
    expect(fields({ population: 1, generations: 2 })[0]).toBe('sampler.pbt.population');
  });
});
