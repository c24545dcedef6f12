import fc from 'fast-check';
import { createGrid } from '../../core/grid/grid.ts';
import type { Study } from '../../core/study/study.ts';
import type { Command } from '../../core/sweep/commands.ts';
import { decide } from '../../core/sweep/decide.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER } from '../../core/sweep/state.ts';
import { FAILURE_KINDS } from '../../core/trial/states.ts';
import type { LeaseRef } from '../../core/trial/trial.ts';

/** The studies of a world: what is submitted, and what it may be edited to. */
export interface StudyWorld {
  readonly study: Study;
  /** Three of them. */
  readonly edits: readonly Study[];
}

/** What the world does next; numbers pick among what is there. */
export type Action =
  | { readonly do: 'lead' | 'submit' | 'lease' }
  | { readonly do: 'cancel' | 'pause' | 'resume' | 'retry'; readonly pick: number }
  | { readonly do: 'edit'; readonly pick: number; readonly to: number; readonly cancelRunning: boolean }
  | { readonly do: 'start' | 'forget'; readonly pick: number }
  | { readonly do: 'lose' | 'fail'; readonly pick: number; readonly kind: number }
  | { readonly do: 'report'; readonly pick: number; readonly trainEpoch: number; readonly value: number }
  | { readonly do: 'result'; readonly pick: number; readonly hash: number }
  /** The cell of a lease, or of none, is given the result of another trial. */
  | { readonly do: 'reuse'; readonly pick: number; readonly cell: number };

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
      to: fc.nat(2),
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
  { weight: 5, arbitrary: fc.record({ do: fc.constant('reuse' as const), pick, cell: fc.nat(12) }) },
);

/** Applies actions, remembering every lease ever granted so that stale ones are used too. */
export function play(
  world: StudyWorld,
  actions: readonly Action[],
  check: (before: ClusterState, after: ClusterState, command: Command, events: readonly SweepEvent[]) => void,
) {
  let state = EMPTY_CLUSTER;
  const log: SweepEvent[] = [];
  const leases: LeaseRef[] = [];
  actions.forEach((action, step) => {
    const command = commandOf(world, action, step, leases, state);
    if (!command) return;
    const decision = decide(state, command, step, { costOf: (p) => p.trainImages * (p.config === 'B' ? 2 : 1) });
    if (!decision.ok) return;
    const before = state;
    state = decision.events.reduce(evolve, state);
    for (const event of decision.events) if (event.type === 'trial-leased') leases.push(event);
    log.push(...decision.events);
    check(before, state, command, decision.events);
  });
  return { state, log };
}

export function commandOf(
  { study, edits }: StudyWorld,
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
      return { type: 'submit-sweep', requestId: `r${step}`, study, studyYaml: '', total: cellsOf(study) };
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
  if (action.do === 'reuse') {
    const sweepId = [...state.sweeps.keys()][action.pick % Math.max(1, state.sweeps.size)];
    if (sweepId === undefined) return undefined;
    const { cell } = action;
    const reusedFrom = { sweepId: 'another-1', cell, attempt: 1 };
    const key = { sweepId, cell, attempt: 0, leaseId: 'reused', epoch: state.epoch, worker };
    return { type: 'record-result', record: { ...key, contentHash: 'r', reusedFrom } };
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

export const cellsOf = (study: Study): number => createGrid(study).countConfigurations() * study.seeds.length;

/** Long enough that sweeps end and are taken up again. */
export const actions = fc
  .array(action, { minLength: 40, maxLength: 200, size: 'max' })
  .map((list): Action[] => [{ do: 'lead' }, { do: 'submit' }, ...list]);
