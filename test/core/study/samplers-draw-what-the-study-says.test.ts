import { describe, expect, it } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { createGrid } from '../../../core/grid/grid.ts';
import { type Distribution, quantile, shareBelow } from '../../../core/search/distribution.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const load = (factors: unknown, sampler: unknown, extra: { where?: string } = {}) =>
  loadStudy(spaceStudyYaml({ factors, extra: { sampler }, ...extra }));

function parametersOf(study: ReturnType<typeof load>) {
  const grid = createGrid(study);
  return Array.from({ length: grid.size }, (_, i) => grid.parameters(i));
}

const columns = (study: ReturnType<typeof load>, name: string): number[] =>
  parametersOf(study).map((p) => p[name] as number);

describe('a distribution', () => {
  const within = (distribution: Distribution) =>
    [0, 0.25, 0.5, 0.75, 1 - 2 ** -53].map((u) => quantile(distribution, u));

  it.each([
    [{ scale: 'uniform', low: 0, high: 4 }, [0, 1, 2, 3, 4]],
    [{ scale: 'log-uniform', low: 1e-4, high: 1 }, [1e-4, 1e-3, 1e-2, 0.1, 1]],
    [{ scale: 'uniform', low: 1, high: 4, integer: true }, [1, 2, 3, 4, 4]],
    [{ scale: 'uniform', low: 0, high: 0.4, quantum: 0.1 }, [0, 0.1, 0.2, 0.3, 0.4]],
  ] as const)('%j has the quantiles %j', (distribution, expected) => {
    expect(within(distribution)).toEqual(expected);
  });

  it('gives every whole number an equal share, both ends included', () => {
    const counts = new Map<number, number>();
    for (let i = 0; i < 6000; i++) {
      const value = quantile({ scale: 'uniform', low: -1, high: 4, integer: true }, (i + 0.5) / 6000);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts]).toEqual([-1, 0, 1, 2, 3, 4].map((value) => [value, 1000]));
  });

  it('knows where a value lies', () => {
    expect(shareBelow({ scale: 'log-uniform', low: 1e-4, high: 1 }, 1e-3)).toBeCloseTo(0.25, 12);
    expect(shareBelow({ scale: 'uniform', low: 2, high: 4 }, 5)).toBe(1);
  });
});

describe('a sampler', () => {
  const factors = {
    learningRate: { logUniform: [1e-4, 0.1] },
    trainEpochs: { integer: [1, 4] },
    optimiser: ['sgd', 'adam'],
    momentum: { uniform: [0.5, 0.9], when: 'optimiser == "sgd"' },
  };

  it.each(['random', 'sobol', 'halton'])(
    '%s gives the same cells for the same seed, and others for another',
    (kind) => {
      const study = (seed: number) => JSON.stringify(load(factors, { [kind]: { samples: 64, seed } }));
      expect(study(1)).toBe(study(1));
      expect(study(1)).not.toBe(study(2));
    },
  );

  it.each(['random', 'sobol', 'halton'])('%s covers each dimension, and keeps conditions', (kind) => {
    const study = load(factors, { [kind]: { samples: 128, seed: 3 } });
    expect(createGrid(study).countConfigurations()).toBe(128);
    const thirds = columns(study, 'learningRate').map((rate) =>
      Math.floor(shareBelow({ scale: 'log-uniform', low: 1e-4, high: 0.1 }, rate) * 3),
    );
    for (const third of [0, 1, 2]) expect(thirds.filter((one) => one === third).length).toBeGreaterThan(25);
    for (const p of parametersOf(study)) expect(p['momentum'] !== undefined).toBe(p['optimiser'] === 'sgd');
    expect(new Set(columns(study, 'trainEpochs'))).toEqual(new Set([1, 2, 3, 4]));
  });

  it('draws no configuration twice, and none that where excludes', () => {
    const study = load(
      { trainEpochs: { integer: [1, 5] }, biasRate: [1, 2, 3] },
      { random: { samples: 9, seed: 1 } },
      { where: 'trainEpochs + biasRate <= 6' },
    );
    const drawn = parametersOf(study).map((p) => `${p['trainEpochs']} ${p['biasRate']}`);
    expect(new Set(drawn).size).toBe(9);
    expect(
      drawn.every(
        (text) =>
          text
            .split(' ')
            .map(Number)
            .reduce((a, b) => a + b) <= 6,
      ),
    ).toBe(true);
  });

  it('of 10,000 samples in six dimensions still fits one message of the event log', () => {
    const six = Object.fromEntries(
      ['learningRate', 'weightDecay', 'biasRate', 'filterRadius'].map((name) => [name, { logUniform: [1e-4, 0.1] }]),
    );
    const study = load(six, { sobol: { samples: 10_000, seed: 1 } });
    expect(JSON.stringify(study).length).toBeLessThan(480_000);
  });

  it.each([
    ['no sampler for a distribution', factors, undefined, 'factors.learningRate'],
    ['an unknown kind', factors, { annealing: { samples: 3 } }, 'sampler'],
    ['no samples', factors, { random: {} }, 'sampler.random.samples'],
    ['an unknown option', factors, { random: { samples: 3, n: 4 } }, 'sampler.random.n'],
    [
      'more samples than there are',
      { trainEpochs: { integer: [1, 3] } },
      { random: { samples: 4 } },
      'sampler.random.samples',
    ],
    [
      'a distribution upside down',
      { learningRate: { uniform: [1, 0] } },
      { random: { samples: 4 } },
      'factors.learningRate.uniform',
    ],
    [
      'a logarithm of zero',
      { learningRate: { logUniform: [0, 1] } },
      { random: { samples: 4 } },
      'factors.learningRate.logUniform[0]',
    ],
    ['a value that is refused', { dropout: { uniform: [0.5, 3] } }, { random: { samples: 8 } }, 'factors.dropout'],
    ['an order that is none', { dropout: [0] }, { grid: { order: 'up' } }, 'sampler.grid.order'],
  ])('with %s is refused, by name', (_, space, sampler, field) => {
    try {
      load(space, sampler);
    } catch (error) {
      expect(error).toBeInstanceOf(TickworkError);
      expect((error as TickworkError).violations[0]).toMatchObject({ field });
      return;
    }
    throw new Error('Expected a refusal.');
  });
});

describe('a shuffled grid', () => {
  it('starts every cell once, one replica seed after the other, in an order of its own', () => {
    const yaml = (order: unknown) =>
      spaceStudyYaml({
        factors: { trainEpochs: { from: 1, to: 40, step: 1 } },
        seeds: [1, 2],
        extra: { sampler: { grid: order } },
      });
    const order = (sampler: unknown): number[] => {
      const study = loadStudy(yaml(sampler));
      let state: ClusterState = EMPTY_CLUSTER;
      const run = (command: Parameters<typeof decide>[1]) => {
        const decision = decide(state, command, 0, { costOf: () => 1 });
        if (!decision.ok) throw new Error(decision.message);
        state = decision.events.reduce(evolve, state);
        return decision.events;
      };
      run({ type: 'submit-sweep', requestId: 'r', study, studyYaml: '', total: 80 });
      return Array.from({ length: 80 }, (_, i) => {
        const [event] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${i}` });
        return event?.type === 'trial-leased' ? event.cell : -1;
      });
    };
    const shuffled = order({ order: 'shuffled', seed: 5 });
    const sorted = (cells: readonly number[]) => [...cells].sort((a, b) => a - b);
    expect(sorted(shuffled.slice(0, 40))).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(sorted(shuffled.slice(40))).toEqual(Array.from({ length: 40 }, (_, i) => 40 + i));
    expect(shuffled).not.toEqual(sorted(shuffled));
    expect(order({ order: 'shuffled', seed: 5 })).toEqual(shuffled);
    expect(order({ order: 'shuffled', seed: 6 })).not.toEqual(shuffled);
    expect(order({ order: 'ordered' })).toEqual(sorted(shuffled));
  });
});
