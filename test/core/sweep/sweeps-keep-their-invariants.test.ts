import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectorEntries } from '../../../core/collections/sparse-vector.ts';
import { gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import {
  type ClusterState,
  cellsFrom,
  EMPTY_CLUSTER,
  isCell,
  isWithdrawn,
  type SweepState,
  trialOf,
} from '../../../core/sweep/state.ts';
import { isFinished, isLive, TRIAL_TRANSITIONS } from '../../../core/trial/trial.ts';
import { DEPENDENT_WORLD } from '../../support/dependent-studies.ts';
import { smallStudy } from '../../support/studies.ts';
import { type Action, actions, cellsOf, commandOf, play } from '../../support/sweep-actions.ts';

const ofEarlyStopping = smallStudy({
  configs: ['A', 'B', 'C'],
  seeds: [1, 2],
  extra:
    '  dropout: [0, 0.5]\n  trainEpochs: [4]\nearlyStopping: { asha: { grace: 1, eta: 2 } }\nwhere: config != "C" or dropout == 0\nmaxAttempts: 2\n',
});
/** Fewer and more levels, seeds, another constraint. */
const edits = [
  ofEarlyStopping,
  smallStudy({
    configs: ['B', 'D'],
    seeds: [2, 3],
    extra: '  dropout: [0.5, 0.2, 0]\n  trainEpochs: [4]\nmaxAttempts: 2\n',
  }),
  smallStudy({ configs: ['C', 'A'], seeds: [1], extra: '  dropout: [0, 0.5]\n  trainEpochs: [4]\nmaxAttempts: 3\n' }),
];

const worlds = [
  { name: 'trials that are stopped early', world: { study: ofEarlyStopping, edits } },
  { name: 'trials that start from the weights of others', world: DEPENDENT_WORLD },
];

function expectConsistent(sweep: SweepState): void {
  // A cell that an edit has taken away before it ran is in no count.
  const states = [...cellsFrom(sweep, 0)]
    .filter((cell) => !isWithdrawn(sweep, cell) || trialOf(sweep, cell).state !== 'cancelled')
    .map((cell) => trialOf(sweep, cell).state);
  const counts = { pending: 0, leased: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, stopped: 0, blocked: 0 };
  for (const state of states) counts[state]++;
  expect({ counts: sweep.counts, total: sweep.total }).toEqual({ counts, total: states.length });
  const live = [...vectorEntries(sweep.trials)].filter(([, trial]) => isLive(trial)).map(([cell]) => cell);
  expect([...sweep.live].sort((a, b) => a - b)).toEqual(live);
  const given = [...cellsFrom(sweep, 0)].filter((cell) => {
    const trial = trialOf(sweep, cell);
    return trial.state === 'succeeded' && trial.reusedFrom !== undefined;
  });
  expect(sweep.reused ?? 0).toBe(given.length);
  const finished = states.every((s) => s !== 'pending' && s !== 'leased' && s !== 'running');
  expect(sweep.status === 'active').toBe(!finished);
}

/** An edit renames no cell. */
function expectCellsKept(before: SweepState, after: SweepState): void {
  const named = ({ grid }: SweepState, cell: number) => `${grid.title(gridIndexOf(grid, cell))} ${seedOf(grid, cell)}`;
  const cells = [...cellsFrom(before, 0)];
  expect(cells.filter((cell) => !isCell(after, cell) || named(after, cell) !== named(before, cell))).toEqual([]);
}

describe.each(worlds)('decide and evolve, of $name,', ({ world }) => {
  const total = cellsOf(world.study);

  it('keep counts, live leases and status in step with the trials', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(world, list, (_, after) => {
          for (const sweep of after.sweeps.values()) expectConsistent(sweep);
        });
      }),
    );
  });

  it('move trials only along the transition table, and out of a terminal state only when a retry was asked for (I6)', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(world, list, (before, after, command) => {
          for (const [id, sweep] of before.sweeps) {
            const next = after.sweeps.get(id) as SweepState;
            if (command.type === 'edit-sweep' && next !== sweep) expectCellsKept(sweep, next);
            for (const cell of cellsFrom(sweep, 0)) {
              const [a, b] = [trialOf(sweep, cell), trialOf(next, cell)];
              if (a === b) continue;
              if (a.state !== b.state) {
                expect(TRIAL_TRANSITIONS[a.state]).toContain(b.state);
                if (a.state === 'blocked')
                  expect(['retry-failed', 'edit-sweep', 'cancel-sweep']).toContain(command.type);
                else if (isFinished(a))
                  expect(command.type).toBe(a.state === 'cancelled' ? 'edit-sweep' : 'retry-failed');
              } else if (isFinished(a) && a.state !== 'blocked' && sweep.status !== 'cancelled') expect(b).toEqual(a);
            }
          }
        });
      }),
    );
  });

  it('never lease a cell twice at once, and count attempts upwards (I3)', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const { log } = play(world, list, () => {});
        const attempts = new Map<string, number>();
        const held = new Set<string>();
        for (const event of log) {
          if (event.type === 'trial-leased') {
            const key = `${event.sweepId}/${event.cell}`;
            expect(held.has(key)).toBe(false);
            expect(event.attempt).toBe((attempts.get(key) ?? 0) + 1);
            attempts.set(key, event.attempt);
            held.add(key);
          } else if (
            event.type === 'attempt-lost' ||
            event.type === 'trial-succeeded' ||
            event.type === 'trial-failed' ||
            event.type === 'trial-stopped' ||
            event.type === 'trial-withdrawn'
          ) {
            held.delete(`${event.sweepId}/${event.cell}`);
          } else if (event.type === 'sweep-edited') {
            for (const cell of event.cancelled) held.delete(`${event.sweepId}/${cell}`);
          }
        }
      }),
    );
  });

  it('accept at most one result for a cell (I1)', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const { log } = play(world, list, () => {});
        const won = log
          .filter((event) => event.type === 'trial-succeeded')
          .map((event) => `${event.sweepId}/${event.cell}`);
        expect(new Set(won).size).toBe(won.length);
      }),
    );
  });

  it('replay to the live state, through JSON as the log stores it (I6)', () => {
    const comparable = (state: ClusterState) =>
      JSON.stringify({
        ...state,
        requests: [...state.requests],
        sweeps: [...state.sweeps.values()].map((s) => ({
          ...s,
          live: [...s.live],
          trials: [...vectorEntries(s.trials)],
          scores: [...vectorEntries(s.scores)],
        })),
      });
    fc.assert(
      fc.property(actions, (list) => {
        const { state, log } = play(world, list, () => {});
        const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[]).reduce(evolve, EMPTY_CLUSTER);
        expect(comparable(replayed)).toBe(comparable(state));
      }),
    );
  });

  it('finish every sweep when workers do: each cell succeeds exactly once', () => {
    let state = [{ do: 'lead' }, { do: 'submit' }].reduce<ClusterState>((s, a, i) => {
      const d = decide(s, commandOf(world, a as Action, i, [], s) as Command, i, { costOf: () => 1 });
      return d.ok ? d.events.reduce(evolve, s) : s;
    }, EMPTY_CLUSTER);
    for (let i = 0; i < total; i++) {
      const grant = decide(state, { type: 'grant-lease', worker: 'w', leaseId: `l${i}` }, i, { costOf: () => 1 });
      const lease = grant.ok ? grant.events[0] : undefined;
      if (lease?.type !== 'trial-leased') throw new Error('Expected a lease.');
      state = evolve(state, lease);
      const done = decide(state, { type: 'record-result', record: { ...lease, contentHash: 'h' } }, i, {
        costOf: () => 1,
      });
      state = (done.ok ? done.events : []).reduce(evolve, state);
    }
    const sweep = state.sweeps.get('small-1') as SweepState;
    expect(sweep.status).toBe('completed');
    expect(sweep.counts).toMatchObject({ succeeded: total, pending: 0 });
  });
});
