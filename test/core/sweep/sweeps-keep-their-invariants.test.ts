import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectorEntries } from '../../../core/collections/sparse-vector.ts';
import { createGrid, gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import type { Study } from '../../../core/study/study.ts';
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
import { FAILURE_KINDS } from '../../../core/trial/states.ts';
import { isFinished, isLive, type LeaseRef, TRIAL_TRANSITIONS } from '../../../core/trial/trial.ts';
import { smallStudy } from '../../support/studies.ts';

const study = smallStudy({
  configs: ['A', 'B', 'C'],
  seeds: [1, 2],
  extra:
    '  dropout: [0, 0.5]\n  trainEpochs: [4]\nearlyStopping: { asha: { grace: 1, eta: 2 } }\nwhere: config != "C" or dropout == 0\nmaxAttempts: 2\n',
});
const total = createGrid(study).countConfigurations() * study.seeds.length;

/** What the study may be edited to: fewer and more levels, seeds, another constraint. */
const edits = [
  study,
  smallStudy({
    configs: ['B', 'D'],
    seeds: [2, 3],
    extra: '  dropout: [0.5, 0.2, 0]\n  trainEpochs: [4]\nmaxAttempts: 2\n',
  }),
  smallStudy({ configs: ['C', 'A'], seeds: [1], extra: '  dropout: [0, 0.5]\n  trainEpochs: [4]\nmaxAttempts: 3\n' }),
];

/** What the world does next; numbers pick among what is there. */
type Action =
  | { readonly do: 'lead' | 'submit' | 'lease' }
  | { readonly do: 'cancel' | 'pause' | 'resume' | 'retry'; readonly pick: number }
  | { readonly do: 'edit'; readonly pick: number; readonly to: number; readonly cancelRunning: boolean }
  | { readonly do: 'start' | 'forget'; readonly pick: number }
  | { readonly do: 'lose' | 'fail'; readonly pick: number; readonly kind: number }
  | { readonly do: 'report'; readonly pick: number; readonly trainEpoch: number; readonly value: number }
  | { readonly do: 'result'; readonly pick: number; readonly hash: number };

const pick = fc.nat();
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Action>({ do: 'lead' }, { do: 'submit' }) },
  { weight: 40, arbitrary: fc.constant<Action>({ do: 'lease' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const, 'retry' as const),
      pick,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      pick,
      to: fc.nat(edits.length - 1),
      cancelRunning: fc.boolean(),
    }),
  },
  { weight: 25, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'forget' as const), pick }) },
  {
    weight: 15,
    arbitrary: fc.record({
      do: fc.constantFrom('lose' as const, 'fail' as const),
      pick,
      kind: fc.nat(FAILURE_KINDS.length - 1),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      pick,
      trainEpoch: fc.integer({ min: 1, max: 4 }),
      value: fc.nat(9),
    }),
  },
  { weight: 25, arbitrary: fc.record({ do: fc.constant('result' as const), pick, hash: fc.nat(1) }) },
);

/** Applies actions, remembering every lease ever granted so that stale ones are used too. */
function play(
  actions: readonly Action[],
  check: (before: ClusterState, after: ClusterState, command: Command) => void,
) {
  let state = EMPTY_CLUSTER;
  const log: SweepEvent[] = [];
  const leases: LeaseRef[] = [];
  actions.forEach((action, step) => {
    const command = commandOf(action, step, leases, state);
    if (!command) return;
    const decision = decide(state, command, step, { costOf: (p) => p.trainImages * (p.config === 'B' ? 2 : 1) });
    if (!decision.ok) return;
    const before = state;
    state = decision.events.reduce(evolve, state);
    for (const event of decision.events) if (event.type === 'trial-leased') leases.push(event);
    log.push(...decision.events);
    check(before, state, command);
  });
  return { state, log };
}

function commandOf(
  action: Action,
  step: number,
  leases: readonly LeaseRef[],
  state: ClusterState,
): Command | undefined {
  const worker = 'w';
  switch (action.do) {
    case 'lead':
      return { type: 'take-leadership', holder: `c${step}` };
    case 'submit':
      return { type: 'submit-sweep', requestId: `r${step}`, study, studyYaml: '', total };
    case 'lease':
      return { type: 'grant-lease', worker, leaseId: `l${step}` };
    case 'edit':
    case 'cancel':
    case 'pause':
    case 'resume':
    case 'retry': {
      const ids = [...state.sweeps.keys()];
      const sweepId = ids[action.pick % Math.max(1, ids.length)];
      if (sweepId === undefined) return undefined;
      const request = { requestId: `r${step}`, sweepId };
      if (action.do === 'edit') {
        const { to, cancelRunning } = action;
        return { type: 'edit-sweep', ...request, study: edits[to] as Study, studyYaml: `${to}`, cancelRunning };
      }
      if (action.do === 'retry')
        return { type: 'retry-failed', ...request, kinds: action.pick % 2 === 0 ? [] : ['diverged'] };
      return { type: `${action.do}-sweep`, ...request };
    }
  }
  const lease = leases[action.pick % Math.max(1, leases.length)];
  if (!lease) return undefined;
  const kind = 'kind' in action ? (FAILURE_KINDS[action.kind] as (typeof FAILURE_KINDS)[number]) : 'infrastructure';
  switch (action.do) {
    case 'start':
      return { type: 'start-trial', lease };
    case 'forget':
    case 'lose':
      return { type: 'lose-attempt', lease, kind, message: '', worker };
    case 'fail':
      return { type: 'record-failure', record: { ...lease, worker, kind, message: '' } };
    case 'report': {
      const { trainEpoch, value } = action;
      return { type: 'record-report', record: { ...lease, worker, trainEpoch, metrics: { testError: value } } };
    }
    case 'result':
      return { type: 'record-result', record: { ...lease, worker, contentHash: `h${action.hash}` } };
  }
}

function expectConsistent(sweep: SweepState): void {
  // A cell that an edit has taken away before it ran is in no count.
  const states = [...cellsFrom(sweep, 0)]
    .filter((cell) => !isWithdrawn(sweep, cell) || trialOf(sweep, cell).state !== 'cancelled')
    .map((cell) => trialOf(sweep, cell).state);
  const counts = { pending: 0, leased: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, stopped: 0 };
  for (const state of states) counts[state]++;
  expect({ counts: sweep.counts, total: sweep.total }).toEqual({ counts, total: states.length });
  const live = [...vectorEntries(sweep.trials)].filter(([, trial]) => isLive(trial)).map(([cell]) => cell);
  expect([...sweep.live].sort((a, b) => a - b)).toEqual(live);
  const finished = states.every((s) => s === 'succeeded' || s === 'failed' || s === 'cancelled' || s === 'stopped');
  expect(sweep.status === 'active').toBe(!finished);
}

/** An edit renames no cell. */
function expectCellsKept(before: SweepState, after: SweepState): void {
  const named = ({ grid }: SweepState, cell: number) => `${grid.title(gridIndexOf(grid, cell))} ${seedOf(grid, cell)}`;
  const cells = [...cellsFrom(before, 0)];
  expect(cells.filter((cell) => !isCell(after, cell) || named(after, cell) !== named(before, cell))).toEqual([]);
}

const actions = fc
  .array(action, { minLength: 40, maxLength: 200, size: 'max' })
  .map((list): Action[] => [{ do: 'lead' }, { do: 'submit' }, ...list]);

describe('decide and evolve', () => {
  it('keep counts, live leases and status in step with the trials', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(list, (_, after) => {
          for (const sweep of after.sweeps.values()) expectConsistent(sweep);
        });
      }),
    );
  });

  it('move trials only along the transition table, and out of a terminal state only when a retry was asked for (I6)', () => {
    fc.assert(
      fc.property(actions, (list) => {
        play(list, (before, after, command) => {
          for (const [id, sweep] of before.sweeps) {
            const next = after.sweeps.get(id) as SweepState;
            if (command.type === 'edit-sweep' && next !== sweep) expectCellsKept(sweep, next);
            for (const cell of cellsFrom(sweep, 0)) {
              const [a, b] = [trialOf(sweep, cell), trialOf(next, cell)];
              if (a === b) continue;
              if (a.state !== b.state) {
                expect(TRIAL_TRANSITIONS[a.state]).toContain(b.state);
                if (isFinished(a)) expect(command.type).toBe(a.state === 'cancelled' ? 'edit-sweep' : 'retry-failed');
              } else if (isFinished(a) && sweep.status !== 'cancelled') expect(b).toEqual(a);
            }
          }
        });
      }),
    );
  });

  it('never lease a cell twice at once, and count attempts upwards (I3)', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const { log } = play(list, () => {});
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
        const { log } = play(list, () => {});
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
        const { state, log } = play(list, () => {});
        const replayed = (JSON.parse(JSON.stringify(log)) as SweepEvent[]).reduce(evolve, EMPTY_CLUSTER);
        expect(comparable(replayed)).toBe(comparable(state));
      }),
    );
  });

  it('finish every sweep when workers do: each cell succeeds exactly once', () => {
    let state = [{ do: 'lead' }, { do: 'submit' }].reduce<ClusterState>((s, a, i) => {
      const d = decide(s, commandOf(a as Action, i, [], s) as Command, i, { costOf: () => 1 });
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
