import { describe, expect, it } from 'vitest';
import type { TickworkError } from '../../../core/errors.ts';
import { planStudy } from '../../../core/plan/plan.ts';
import { normal } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { studentQuantile } from '../../../core/statistics/student.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { cellsFrom, EMPTY_CLUSTER, type SweepState } from '../../../core/sweep/state.ts';
import { createGrouping } from '../../../core/table/grouping.ts';
import { buildTable } from '../../../core/table/table.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);
const HOUR = 3_600_000;

const yaml = (replicas: object, change: object = {}) =>
  spaceStudyYaml({
    factors: { config: ['A', 'B', 'C', 'D'] },
    seeds: SEEDS,
    extra: { base: { config: 'A' }, replicas, ...change },
  });

/** B is much worse than A, C a little, D not at all; what a seed adds to all is not noise of the difference. */
const SHIFT: Readonly<Record<string, number>> = { A: 0, B: 5, C: 1, D: 0 };

function measure(config: string, seed: number): number {
  const shared = 10 * normal(createStream(seed, 'shared').at(0));
  return 30 + shared + (SHIFT[config] as number) + normal(createStream(seed, 'own', config).at(0));
}

/** Runs the sweep; each trial takes an hour. */
function play(replicas: object) {
  const study = loadStudy(yaml(replicas));
  let state = EMPTY_CLUSTER;
  let now = 0;
  const log: SweepEvent[] = [];
  const run = (command: Command): readonly SweepEvent[] => {
    const decision = decide(state, command, now, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    log.push(...decision.events);
    return decision.events;
  };
  run({ type: 'submit-sweep', requestId: 'r', study, studyYaml: '', total: planStudy(study).cells });
  for (;;) {
    const [lease] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${now}` });
    if (lease?.type !== 'trial-leased') break;
    run({ type: 'start-trial', lease });
    now += HOUR;
    const { grid } = state.sweeps.get('space-1') as SweepState;
    const config = String(grid.parameters(grid.gridIndexAt(lease.cell))['config']);
    const testError = measure(config, SEEDS[grid.seedIndexAt(lease.cell)] as number);
    run({ type: 'record-result', record: { ...lease, contentHash: 'h', metrics: { testError } } });
  }
  return { sweep: state.sweeps.get('space-1') as SweepState, log };
}

function seedsOf(sweep: SweepState): number[] {
  const table = buildTable(sweep, createGrouping(sweep.study, sweep.grid, []), ['testError'], []);
  return table.rows.map(({ expected }) => expected);
}

describe("Student's t", () => {
  it.each([
    [0.95, 1, 12.7062],
    [0.95, 2, 4.30265],
    [0.95, 4, 2.77645],
    [0.95, 10, 2.22814],
    [0.99, 5, 4.03214],
    [0.9, 30, 1.69726],
  ])('of %d with %i degrees of freedom is %d', (confidence, n, t) => {
    expect(studentQuantile(confidence, n)).toBeCloseTo(t, 3);
  });
});

describe('adaptive replicas', () => {
  it('give seeds to rows that cannot be told from base, and to base, and to no other', () => {
    const { sweep } = play({ start: 3 });
    const [a, b, c, d] = seedsOf(sweep) as [number, number, number, number];
    expect(sweep.status).toBe('completed');
    expect(b).toBe(3);
    expect(d).toBe(12);
    expect(c).toBeGreaterThan(3);
    expect(c).toBeLessThan(12);
    expect(a).toBe(12);
    expect(sweep.total).toBe(a + b + c + d);
    expect([...cellsFrom(sweep, 0)]).toHaveLength(sweep.total);
    expect(sweep.counts).toMatchObject({ succeeded: sweep.total, pending: 0 });
    expect(sweep.decisions[0]?.reason).toBe(
      'Adaptive replicas: 2 of 4 rows cannot be told from base by testError at 0.95; one more seed for 2 of them, 3 trials; 12 device-hours so far.',
    );
  });

  it('keep within their budget, nearest to a decision first', () => {
    const { sweep } = play({ start: 3, deviceHours: 17.5 });
    expect(sweep.status).toBe('completed');
    expect(sweep.total).toBeLessThanOrEqual(17);
    expect(sweep.total).toBeGreaterThan(12);
    expect(play({ start: 3, deviceHours: 12 }).sweep.total).toBe(12);
  });

  it('replay from the log', () => {
    const { sweep, log } = play({ start: 3, deviceHours: 20 });
    const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[])
      .reduce(evolve, EMPTY_CLUSTER)
      .sweeps.get('space-1');
    expect(replayed?.study).toEqual(JSON.parse(JSON.stringify(sweep.study)));
    expect(replayed?.counts).toEqual(sweep.counts);
    expect(seedsOf(replayed as SweepState)).toEqual(seedsOf(sweep));
  });

  it.each([
    ['a start that leaves nothing to add', { start: 12 }, {}, 'replicas.start'],
    ['an unknown key', { start: 3, seeds: 4 }, {}, 'replicas.seeds'],
    ['an unknown metric', { metric: 'luck' }, {}, 'replicas.metric'],
    ['no base', { start: 3 }, { base: undefined }, 'replicas'],
    ['a search', { start: 3 }, { sampler: { ask: { samples: 4 } } }, 'replicas'],
  ])('with %s are refused, by name', (_, replicas, change, field) => {
    try {
      loadStudy(yaml(replicas, change));
    } catch (error) {
      expect((error as TickworkError).violations.map((violation) => violation.field)).toContain(field);
      return;
    }
    throw new Error('Expected a refusal.');
  });
});
