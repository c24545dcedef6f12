import { describe, expect, it } from 'vitest';
import { gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import { trialCost } from '../../../core/networks/cost.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState } from '../../../core/sweep/state.ts';
import { smallStudy } from '../../support/studies.ts';

const options = { costOf: trialCost };

function apply(state: ClusterState, command: Parameters<typeof decide>[1], now = 0): ClusterState {
  const decision = decide(state, command, now, options);
  if (!decision.ok) throw new Error(decision.message);
  return decision.events.reduce(evolve, state);
}

function submitted(): ClusterState {
  const study = smallStudy({ configs: ['A', 'E', 'B'], seeds: [4, 9] });
  return apply(EMPTY_CLUSTER, { type: 'submit-sweep', requestId: 'r', study, studyYaml: '', total: 6 });
}

/** `config@seed` of each cell in the order it is leased. */
function order(state: ClusterState, cells: number): string[] {
  const found: string[] = [];
  let current = state;
  for (let i = 0; i < cells; i++) {
    const before = current.sweeps.get('small-1') as SweepState;
    current = apply(current, { type: 'grant-lease', worker: 'w', leaseId: `${i}` });
    const after = current.sweeps.get('small-1') as SweepState;
    const cell = [...after.live].find((c) => !before.live.has(c)) as number;
    found.push(`${after.grid.labels(gridIndexOf(after.grid, cell))[0]?.label}@${seedOf(after.grid, cell)}`);
  }
  return found;
}

describe('the next cell', () => {
  it('finishes one seed of every row before the next, the costliest first within a seed', () => {
    expect(order(submitted(), 6)).toEqual(['E@4', 'B@4', 'A@4', 'E@9', 'B@9', 'A@9']);
  });

  it('is a lost one before any new one', () => {
    let state = apply(submitted(), { type: 'grant-lease', worker: 'w', leaseId: 'first' });
    const lease = { sweepId: 'small-1', cell: 1, leaseId: 'first', attempt: 1, epoch: 0 };
    state = apply(state, { type: 'lose-attempt', lease, kind: 'infrastructure', message: 'gone', worker: 'w' });
    expect(order(state, 2)).toEqual(['E@4', 'B@4']);
  });

  it('is, once a seed has run, the one that took longest with that, whatever was estimated', () => {
    const tookMs: Readonly<Record<string, number>> = { 'A@4': 9_000, 'B@4': 3_000, 'E@4': 5_000 };
    const place = { worker: 'w', device: 0, slots: 1, executor: 'onnx', kind: 'cpu', labels: {}, memoryBytes: 2 ** 40 };
    let state = submitted();
    for (let i = 0; i < 3; i++) {
      state = apply(state, { type: 'grant-lease', worker: 'w', leaseId: `${i}`, at: [place] as never });
      const { grid, live } = state.sweeps.get('small-1') as SweepState;
      const cell = [...live][0] as number;
      const lease = { sweepId: 'small-1', cell, leaseId: `${i}`, attempt: 1, epoch: 0 };
      state = apply(state, { type: 'start-trial', lease });
      const name = `${grid.labels(gridIndexOf(grid, cell))[0]?.label}@${seedOf(grid, cell)}`;
      const record = { ...lease, worker: 'w', contentHash: 'h', metrics: { testError: 1 } };
      state = apply(state, { type: 'record-result', record } as never, tookMs[name]);
    }
    expect(order(state, 3)).toEqual(['A@9', 'E@9', 'B@9']);
  });

  it('is none when nothing is pending', () => {
    let state = submitted();
    for (let i = 0; i < 6; i++) state = apply(state, { type: 'grant-lease', worker: 'w', leaseId: `${i}` });
    expect(decide(state, { type: 'grant-lease', worker: 'w', leaseId: 'x' }, 0, options)).toEqual({
      ok: true,
      events: [],
    });
  });
});
