import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHoleIndex } from '../../../core/collections/hole-index.ts';
import { emptyVector, type SparseVector, vectorGet, vectorSet } from '../../../core/collections/sparse-vector.ts';
import { trialCost } from '../../../core/networks/cost.ts';
import { fitClassesOf } from '../../../core/placement/fit-classes.ts';
import { needOf } from '../../../core/placement/need.ts';
import type { Place } from '../../../core/placement/place.ts';
import { trialParameters } from '../../../core/study/check-levels.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState } from '../../../core/sweep/state.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const options = { costOf: trialCost };

function cluster(yaml: string) {
  const study = loadStudy(yaml);
  let state: ClusterState = EMPTY_CLUSTER;
  let leases = 0;
  const apply = (command: Command, now = 0) => {
    const decision = decide(state, command, now, options);
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  apply({ type: 'submit-sweep', requestId: 's', study, studyYaml: '', total: 1e6 });
  const sweep = () => [...state.sweeps.values()][0] as SweepState;
  const needs = (label: string) => {
    const { grid } = sweep();
    const found = Array.from({ length: grid.size }, (_, i) => i).find((i) => grid.title(i).includes(label)) as number;
    return needOf(sweep(), found, new Map()).memoryBytes;
  };
  const place = (memoryBytes: number): Place => ({
    ...{ worker: 'w', device: 0, kind: 'cpu', executor: 'onnx', memoryBytes, slots: 1e6, labels: {} },
  });
  return {
    sweep,
    needs,
    apply,
    grant: (memoryBytes: number) => {
      const at = [place(memoryBytes)];
      const [event] = apply({ type: 'grant-lease', worker: 'w', leaseId: `l${leases++}`, at, places: at });
      if (event?.type !== 'trial-leased') return undefined;
      apply({ type: 'record-result', record: { ...event, contentHash: 'h' } });
      return sweep().grid.title(sweep().grid.gridIndexAt(event.cell));
    },
  };
}

const rates = (count: number) => ({ from: 0.001, to: 0.1, count });

describe('a worker for which most cells are too large', () => {
  it('is given one that it can take, though 60,000 that it cannot stand before it', () => {
    const world = cluster(spaceStudyYaml({ factors: { batchSize: [64, 32], learningRate: rates(60_000) } }));
    const memory = (world.needs('batchSize=64') + world.needs('batchSize=32')) / 2;
    expect(world.grant(memory)).toMatch(/batchSize=32 /);
    expect(world.grant(10 * world.needs('batchSize=64'))).toMatch(/batchSize=64 /);
  });

  it('is given all that it can take, between others that wait for good', () => {
    const world = cluster(
      spaceStudyYaml({ factors: { learningRate: rates(1_500), batchSize: [64, 32], momentum: [0.8, 0.9] } }),
    );
    const memory = (world.needs('batchSize=64') + world.needs('batchSize=32')) / 2;
    let given = 0;
    for (let title = world.grant(memory); title; title = world.grant(memory)) {
      expect(title).toMatch(/batchSize=32 /);
      given++;
    }
    expect(given).toBe(3_000);
  });

  it('is given one of 300,000 cells after as many questions as it takes to look at all of them once', () => {
    const factors = { batchSize: [64, 32], learningRate: rates(150_000) };
    const world = cluster(spaceStudyYaml({ factors }));
    const memory = (world.needs('batchSize=64') + world.needs('batchSize=32')) / 2;
    const titles = [world.grant(memory), world.grant(memory), world.grant(memory)];
    expect(titles.find(Boolean)).toMatch(/batchSize=32 /);
  });

  it('does not let a sweep end for want of budget while a cell that is short enough stands behind many that are not', () => {
    const factors = { trainEpochs: [9, 1], learningRate: rates(150_000) };
    const world = cluster(spaceStudyYaml({ factors, extra: { budget: { deviceHours: 1 } } }));
    const at = [{ worker: 'w', device: 0, kind: 'cpu', executor: 'onnx', memoryBytes: 2 ** 40, slots: 1, labels: {} }];
    const [first] = world.apply({ type: 'grant-lease', worker: 'w', leaseId: 'first', at, places: at });
    if (first?.type !== 'trial-leased') throw new Error('Expected a lease.');
    // Nine epochs took 40 minutes: another nine do not fit, one does.
    const now = 40 * 60_000;
    world.apply({ type: 'start-trial', lease: first });
    world.apply({ type: 'record-result', record: { ...first, contentHash: 'h' } }, now);
    expect(world.apply({ type: 'enforce-budgets' }, now)).toEqual([]);
  });
});

describe('configurations of one class', () => {
  it('need the same memory, and are as much work where there is a budget', () => {
    const factors = {
      config: ['A', { label: 'E frozen', config: 'E', freeze: 2 }],
      dropout: [0, 0.2, 0.5],
      batchSize: [16, 32],
      optimiser: ['sgd', 'adam'],
      learningRate: [0.01, 0.02],
      trainImages: [64, 128],
      testScale: [32, 40],
      testDense: [false, true],
      trainEpochs: [1, 3],
    };
    for (const budget of [undefined, { cells: 5 }]) {
      const study = loadStudy(
        spaceStudyYaml({
          factors: { ...factors, config: [{ label: 'A', config: 'A' }, factors.config[1]] },
          extra: budget ? { budget } : {},
        }),
      );
      const world = cluster(
        spaceStudyYaml({
          factors: { ...factors, config: [{ label: 'A', config: 'A' }, factors.config[1]] },
          extra: budget ? { budget } : {},
        }),
      );
      const { grid } = world.sweep();
      const classes = fitClassesOf({ study, grid });
      const seen = new Map<number, string>();
      const facts = new Set<string>();
      for (let i = 0; i < grid.size; i++) {
        const { memoryBytes, memoryClass } = needOf({ study, grid }, i, new Map());
        const fact = JSON.stringify([memoryBytes, memoryClass, budget && trialCost(trialParameters(grid, i))]);
        facts.add(fact);
        const kind = classes.classOf(i);
        expect(seen.get(kind) ?? fact).toBe(fact);
        seen.set(kind, fact);
      }
      // Not many more classes than there are differences.
      expect(seen.size).toBeLessThanOrEqual(3 * facts.size);
    }
  });
});

describe('holes of a kind', () => {
  it('are those of a naive search, of every version, in whatever order versions are asked', () => {
    const bound = 5_000;
    const index = fc.nat(bound - 1);
    fc.assert(
      fc.property(
        fc.array(index, { maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 12 }),
        fc.nat(6),
        (writes, asked, wanted) => {
          const kindOf = (i: number) => (i % 11 === 0 ? undefined : Math.floor(i / 700) % 7);
          const holes = createHoleIndex<number>(kindOf);
          const versions: SparseVector<number>[] = [emptyVector()];
          for (const write of writes) versions.push(vectorSet(versions.at(-1) as SparseVector<number>, write, 1));
          for (const which of [...asked, writes.length]) {
            const vector = versions[Math.min(which, versions.length - 1)] as SparseVector<number>;
            const naive = Array.from({ length: bound }, (_, i) => i).filter(
              (i) => vectorGet(vector, i) === undefined && kindOf(i) === wanted,
            );
            const found = holes.find(vector, bound, (kind) => kind === wanted, Number.POSITIVE_INFINITY);
            expect([...found]).toEqual(naive);
          }
        },
      ),
    );
  });

  it('are found after a write by looking at the stretch of that write alone', () => {
    let asked = 0;
    const bound = 200_000;
    const holes = createHoleIndex<number>((i) => {
      asked++;
      return i < bound - 10 ? 0 : 1;
    });
    const first = (vector: SparseVector<number>) =>
      holes.find(vector, bound, (kind) => kind === 1, Number.POSITIVE_INFINITY).next().value;
    const empty = emptyVector<number>();
    expect(first(empty)).toBe(bound - 10);
    asked = 0;
    expect(first(vectorSet(empty, 77_777, 1))).toBe(bound - 10);
    expect(asked).toBeLessThanOrEqual(2 * 1_024);
  });

  it('are looked for piece by piece where that is asked for', () => {
    const holes = createHoleIndex<number>((i) => (i === 9_999 ? 1 : 0));
    const look = () => [...holes.find(emptyVector<number>(), 10_000, (kind) => kind === 1, 4)];
    expect([look(), look(), look()]).toEqual([[], [], [9_999]]);
  });
});
