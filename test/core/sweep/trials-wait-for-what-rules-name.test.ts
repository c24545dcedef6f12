import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AfterRule } from '../../../core/dependencies/after.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { ParameterValue, Study } from '../../../core/study/study.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { blockedCells } from '../../../core/sweep/count-blocked.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, cellsFrom, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { sweepsOf } from '../../../core/sweep/sweeps.ts';
import { isFinished } from '../../../core/trial/trial.ts';
import { spaceStudyYaml } from '../../support/studies.ts';
import { actions, cellsOf, play, type StudyWorld } from '../../support/sweep-actions.ts';

const options = { costOf: () => 1 };

type Parameters = Readonly<Record<string, ParameterValue>>;

/** A rule of `after`, and the same by hand. */
interface Rule {
  readonly text: { readonly cells: string; readonly waitFor: string; readonly equal?: readonly string[] };
  cells(p: Parameters): boolean;
  waitFor(p: Parameters): boolean;
  readonly equal: readonly string[];
}

/** B for A of its rate; D for every A and every B; E for D and for C of its rate. */
const RULES: readonly Rule[] = [
  {
    text: { cells: 'config == "B"', waitFor: 'config == "A"', equal: ['learningRate'] },
    cells: ({ config }) => config === 'B',
    waitFor: ({ config }) => config === 'A',
    equal: ['learningRate'],
  },
  {
    text: { cells: 'config == "D"', waitFor: 'config in ["A", "B"]' },
    cells: ({ config }) => config === 'D',
    waitFor: ({ config }) => config === 'A' || config === 'B',
    equal: [],
  },
  {
    text: { cells: 'config == "E"', waitFor: 'config == "D" or config == "C"', equal: ['learningRate'] },
    cells: ({ config }) => config === 'E',
    waitFor: ({ config }) => config === 'D' || config === 'C',
    equal: ['learningRate'],
  },
];

const byHand = new Map<readonly AfterRule[], readonly Rule[]>();

function study(
  configs: readonly string[],
  rates: readonly number[],
  seeds: readonly number[],
  rules: readonly Rule[],
): Study {
  const factors = { config: configs, learningRate: rates };
  const extra = { maxAttempts: 2, ...(rules.length === 0 ? {} : { after: rules.map(({ text }) => text) }) };
  const loaded = loadStudy(spaceStudyYaml({ factors, seeds, extra }));
  if (loaded.after !== undefined) byHand.set(loaded.after, rules);
  return loaded;
}

const [first, second, third] = RULES as [Rule, Rule, Rule];
const STUDY = study(['E', 'D', 'B', 'A', 'C'], [0.01, 0.02], [1, 2], RULES);
const WORLD: StudyWorld = {
  study: STUDY,
  edits: [
    STUDY,
    study(['D', 'A', 'B'], [0.02, 0.05], [2, 3], [first, second]),
    study(['E', 'D'], [0.01], [1], [third]),
  ],
};

/** By parameters and seeds alone, over all cells: of a rule, what the present study wants, else what was there. */
function naiveUpstreams(sweep: SweepState, cell: number): readonly number[] {
  const {
    grid,
    study: { after },
  } = sweep;
  const rules = after === undefined ? [] : (byHand.get(after) as readonly Rule[]);
  const own = grid.parameters(grid.gridIndexAt(cell));
  const inStudy = (other: number) => grid.seeds.some((_, i) => grid.wants(grid.cellOf(grid.gridIndexAt(other), i)));
  const found = new Set<number>();
  for (const { cells, waitFor, equal } of rules) {
    if (!cells(own)) continue;
    const matching = [...cellsFrom(sweep, 0)].filter((other) => {
      const parameters = grid.parameters(grid.gridIndexAt(other));
      const sameSeed = grid.seedIndexAt(other) === grid.seedIndexAt(cell);
      return sameSeed && waitFor(parameters) && equal.every((name) => parameters[name] === own[name]);
    });
    const present = matching.filter(inStudy);
    for (const other of present.length > 0 ? present : matching) found.add(other);
  }
  return [...found];
}

describe('trials that wait by rules', () => {
  it('are granted only when all they wait for have succeeded, and blocked exactly when one of these has ended without', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(WORLD, list, (before, after, _, events) => {
          for (const event of events) {
            if (event.type !== 'trial-leased') continue;
            const sweep = before.sweeps.get(event.sweepId) as SweepState;
            for (const upstream of naiveUpstreams(sweep, event.cell))
              expect(trialOf(sweep, upstream).state).toBe('succeeded');
          }
          for (const sweep of after.sweeps.values()) {
            if (before.sweeps.get(sweep.id) === sweep) continue;
            const blocked: number[] = [];
            for (const cell of cellsFrom(sweep, 0)) {
              const trial = trialOf(sweep, cell);
              if (trial.state === 'blocked') blocked.push(cell);
              if (trial.state !== 'pending' && trial.state !== 'blocked') continue;
              const hopeless = naiveUpstreams(sweep, cell).some((upstream) => {
                const above = trialOf(sweep, upstream);
                return isFinished(above) && above.state !== 'succeeded';
              });
              expect(trial.state).toBe(hopeless ? 'blocked' : 'pending');
            }
            if (sweep.status === 'cancelled') continue;
            expect([...blockedCells(sweep)].sort((a, b) => a - b)).toEqual(blocked);
            expect(sweep.counts.blocked).toBe(blocked.length);
          }
        });
      }),
    );
  });

  it('never leave a sweep with cells that wait while nothing runs and nothing may start', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(WORLD, list, (_, after) => {
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

/** Edges of a graph over rows 0 to 5: the first waits for the second. */
const edges = fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 12, selector: String });

function graphYaml(list: readonly (readonly [number, number])[]): string {
  const row = [0, 1, 2, 3, 4, 5].map((i) => ({ label: `r${i}`, learningRate: 0.01 + i / 1000 }));
  const after = list.map(([from, to]) => ({ cells: `row == "r${from}"`, waitFor: `row == "r${to}"` }));
  return spaceStudyYaml({ factors: { row }, extra: after.length === 0 ? {} : { after } });
}

describe('any graph of rules', () => {
  it('is refused exactly when it has a round, and else run in an order of it', () => {
    fc.assert(
      fc.property(edges, (list) => {
        // Warshall's closure: who comes before whom.
        const before = Array.from({ length: 6 }, (_, i) =>
          Array.from({ length: 6 }, (__, k) => list.some(([a, b]) => a === i && b === k)),
        );
        for (let k = 0; k < 6; k++)
          for (let i = 0; i < 6; i++)
            for (let m = 0; m < 6; m++) (before[i] as boolean[])[m] ||= !!before[i]?.[k] && !!before[k]?.[m];
        const isRound = before.some((row, i) => row[i]);
        const yaml = graphYaml(list);
        if (isRound) {
          expect(() => loadStudy(yaml)).toThrow(
            /after\[\d+\]: Expected a trial to wait for none that waits for it, got row=r/,
          );
          return;
        }
        const order = run(loadStudy(yaml));
        expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
        for (const [from, to] of list) expect(order.indexOf(to)).toBeLessThan(order.indexOf(from));
      }),
    );
  });
});

/** Cells in the order in which they are granted, one at a time. */
function run(loaded: Study): readonly number[] {
  let state: ClusterState = EMPTY_CLUSTER;
  const order: number[] = [];
  const apply = (command: Command) => {
    const decision = decide(state, command, 1, options);
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  apply({ type: 'submit-sweep', requestId: 's', study: loaded, studyYaml: '', total: cellsOf(loaded) });
  for (;;) {
    const [event] = apply({ type: 'grant-lease', worker: 'w', leaseId: `l${order.length}` });
    if (event?.type !== 'trial-leased') return order;
    order.push(event.cell);
    apply({ type: 'record-result', record: { ...event, contentHash: 'h' } });
  }
}

describe('a study', () => {
  const factors = { config: ['A', 'B'], learningRate: { from: 0.001, to: 0.1, count: 70 } };
  const problemOf = (after: unknown, extra: object = {}, more: object = {}): string => {
    try {
      loadStudy(spaceStudyYaml({ factors: { ...factors, ...more }, extra: { after, ...extra } }));
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const rule = { cells: 'config == "B"', waitFor: 'config == "A"' };

  it.each([
    [[{ ...rule, equal: ['learningRate'] }], ''],
    [rule, /after: Expected a list of 1 to 64 rules such as \{ cells:/],
    [[], /after: Expected a list of 1 to 64 rules/],
    [['B after A'], /after\[0\]: Expected a rule such as/],
    [[{ ...rule, until: 1 }], /after\[0\]\.until: Expected one of cells, waitFor, equal/],
    [[{ cells: rule.cells }], /after\[0\]: Expected waitFor to be a constraint/],
    [[{ ...rule, cells: 'config = "B"' }], /line \d+:\d+ after\[0\]\.cells: /],
    [
      [{ ...rule, waitFor: 'stage == "A"' }],
      /after\[0\]\.waitFor: Expected a factor of this study \(config, learningRate\), got "stage"/,
    ],
    [[{ ...rule, equal: ['depth'] }], /after\[0\]\.equal\[0\]: Expected a factor of this study/],
    [[{ ...rule, equal: 'config' }], /after\[0\]\.equal: Expected equal to be a list of factors/],
    [
      [{ ...rule, waitFor: 'config == "C"' }],
      /after\[0\]: Expected a configuration for each of these to wait for, got none for config=B learningRate=0\.001 and 69 more/,
    ],
    [[rule], /after\[0\]: Expected a trial to wait for at most 64 others, got 70 before config=B/],
    [
      [{ ...rule, waitFor: 'config == "B"', equal: ['learningRate'] }],
      /after\[0\]: Expected a trial to wait for none that waits for it, got config=B learningRate=0\.001 ← config=B learningRate=0\.001/,
    ],
  ] as const)('with after: %j is told: %s', (after, message) => {
    const problem = problemOf(after);
    if (message === '') expect(problem).toBe('');
    else expect(problem).toMatch(message);
  });

  it('is refused with a search, with adaptive replicas, with a chain that is too long', () => {
    const paired = [{ ...rule, equal: ['learningRate'] }];
    const tpe = { sampler: { tpe: { samples: 5, startup: 2, batch: 1, metric: 'testError', seed: 1 } } };
    expect(problemOf(paired, tpe, { learningRate: { uniform: [0.01, 0.1] } })).toContain(
      'after: Expected no rules of what waits for what of a search',
    );
    const row = Array.from({ length: 66 }, (_, i) => ({ label: `${i}`, learningRate: 0.001 + i / 1000 }));
    const after = row.slice(1).map((_, i) => ({ cells: `row == ${i + 1}`, waitFor: `row == ${i}` }));
    const chain = spaceStudyYaml({ factors: { row }, extra: { after: after.slice(0, 64) } });
    expect(loadStudy(chain).dependencies).toBe(true);
    const whole = { cells: 'row > 0', waitFor: 'row < 65' };
    expect(() => loadStudy(spaceStudyYaml({ factors: { row }, extra: { after: [whole] } }))).toThrow(
      'wait for none that waits for it',
    );
    // 64 rules, and one more link by a name of weights.
    const named = row.map((level, i) => ({
      ...level,
      ...(i === 64 ? { saveWeightsAs: 'a' } : i === 65 ? { initialWeights: 'a' } : {}),
    }));
    expect(() => loadStudy(spaceStudyYaml({ factors: { row: named }, extra: { after: after.slice(0, 64) } }))).toThrow(
      'at most 64 trials that follow one another',
    );
  });

  it('of a hundred thousand cells that wait is read in seconds', () => {
    const many = { config: ['A', 'B'], learningRate: { from: 0.001, to: 0.1, count: 50_000 } };
    const yaml = spaceStudyYaml({ factors: many, extra: { after: [{ ...rule, equal: ['learningRate'] }] } });
    expect(loadStudy(yaml).dependencies).toBe(true);
  });
});
