import { describe, expect, it } from 'vitest';
import { gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import { levelCount } from '../../../core/study/levels.ts';
import type { Study, StudyFactor } from '../../../core/study/study.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { planEdit } from '../../../core/sweep/edit-plan.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, cellsFrom, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { createGrouping } from '../../../core/table/grouping.ts';
import { buildTable } from '../../../core/table/table.ts';
import type { LeaseRef } from '../../../core/trial/trial.ts';
import { smallStudy } from '../../support/studies.ts';

function play(first: Study) {
  let state: ClusterState = EMPTY_CLUSTER;
  let ids = 0;
  const run = (command: Command): readonly SweepEvent[] => {
    const decision = decide(state, command, 7, { costOf: () => 1 });
    if (!decision.ok) throw new Error(`${decision.code}: ${decision.message}`);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  const sweep = () => state.sweeps.get('small-1') as SweepState;
  const total = first.seeds.length * levelCount(first.factors[0] as StudyFactor);
  run({ type: 'submit-sweep', requestId: 'r', study: first, studyYaml: '', total });
  const cells = () =>
    [...cellsFrom(sweep(), 0)].map((cell) => {
      const { grid } = sweep();
      return `${cell} ${grid.title(gridIndexOf(grid, cell))} ${seedOf(grid, cell)} ${trialOf(sweep(), cell).state}`;
    });
  const lease = () => {
    const [event] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${ids++}` });
    return event?.type === 'trial-leased' ? event : undefined;
  };
  return {
    run,
    sweep,
    cells,
    lease,
    finish() {
      const record = lease();
      if (record) run({ type: 'record-result', record: { ...record, contentHash: 'x' } });
    },
    edit: (study: Study, cancelRunning = false) =>
      run({ type: 'edit-sweep', requestId: `e${ids++}`, sweepId: 'small-1', study, studyYaml: 'new', cancelRunning }),
    get state() {
      return state;
    },
  };
}

describe('a live sweep', () => {
  it('grows: old cells keep their numbers and results, new ones come after them, new rows catch up seed by seed', () => {
    const cluster = play(smallStudy({ configs: ['A', 'B'], seeds: [1, 2] }));
    cluster.finish();
    const edited = smallStudy({ configs: ['A', 'C', 'B'], seeds: [1, 2, 5] });
    const plan = planEdit(cluster.sweep(), edited);
    expect(plan).toMatchObject({ ok: true, added: 5, kept: 4, removed: { waiting: 0, live: [], ended: 0 } });
    cluster.edit(edited);
    expect(cluster.cells()).toEqual([
      '0 config=A 1 succeeded',
      '1 config=B 1 pending',
      '2 config=A 2 pending',
      '3 config=B 2 pending',
      '4 config=A 5 pending',
      '5 config=B 5 pending',
      '7 config=C 1 pending',
      '10 config=C 2 pending',
      '13 config=C 5 pending',
    ]);
    expect(cluster.sweep()).toMatchObject({ total: 9, counts: { pending: 8, succeeded: 1 }, status: 'active' });
    const order = Array.from({ length: 8 }, () => cluster.lease()?.cell);
    expect(order).toEqual([1, 7, 2, 3, 10, 4, 5, 13]);
    expect(cluster.lease()).toBeUndefined();
  });

  it('shrinks: what waits is withdrawn, what runs finishes or is cancelled, results stay in the table', () => {
    for (const cancelRunning of [false, true]) {
      const cluster = play(smallStudy({ configs: ['A', 'B', 'C'], seeds: [1] }));
      cluster.finish();
      const running = cluster.lease();
      const edited = smallStudy({ configs: ['D'], seeds: [1] });
      expect(planEdit(cluster.sweep(), edited)).toMatchObject({
        added: 1,
        kept: 0,
        removed: { waiting: 1, live: [1], ended: 1 },
      });
      cluster.edit(edited, cancelRunning);
      expect(cluster.sweep().counts).toMatchObject({ pending: 1, leased: cancelRunning ? 0 : 1, succeeded: 1 });
      const { grid, study } = cluster.sweep();
      const table = buildTable(cluster.sweep(), createGrouping(study, grid, []), ['testError'], []);
      const rows = table.rows.map(({ levels, expected, counts }) => [levels[0]?.label, expected, counts.succeeded]);
      expect(rows).toEqual([['A', 1, 1], ...(cancelRunning ? [] : [['B', 1, 0]]), ['D', 1, 0]]);
      if (!cancelRunning) {
        const lost = { kind: 'infrastructure', message: 'gone', worker: 'w' } as const;
        const events = cluster.run({ type: 'lose-attempt', lease: running as LeaseRef, ...lost });
        expect(events.map(({ type }) => type)).toEqual(['trial-withdrawn']);
      }
      cluster.finish();
      expect(cluster.sweep()).toMatchObject({ status: 'completed', total: 2, counts: { succeeded: 2, cancelled: 0 } });
    }
  });

  it('is over when an edit leaves nothing to do, and goes on when another brings it back', () => {
    const cluster = play(smallStudy({ configs: ['A', 'B'], seeds: [1] }));
    cluster.finish();
    const events = cluster.edit(smallStudy({ configs: ['A'], seeds: [1] }));
    expect(events.map(({ type }) => type)).toEqual(['sweep-edited', 'sweep-completed']);
    cluster.edit(smallStudy({ configs: ['A', 'B'], seeds: [1] }));
    expect(cluster.sweep()).toMatchObject({ status: 'active', total: 2, counts: { pending: 1, succeeded: 1 } });
    expect(cluster.sweep().finishedAt).toBeUndefined();
    expect(cluster.lease()).toMatchObject({ cell: 1, attempt: 1 });
  });

  it('is not edited to something that its rows do not mean', () => {
    const cluster = play(smallStudy({ configs: ['A', 'B'], seeds: [1] }));
    expect(() => cluster.edit(smallStudy({ configs: ['A'], trainImages: 64 }))).toThrow(
      'STUDY_INVALID: Expected configurations that stay to keep their parameters, got trainImages = 64 for config=A, which had 128.',
    );
    expect(() => cluster.edit(smallStudy({ name: 'other' }))).toThrow(
      'Expected the study small, of which small-1 is, got other',
    );
    cluster.run({ type: 'cancel-sweep', requestId: 'c', sweepId: 'small-1' });
    expect(() => cluster.edit(smallStudy())).toThrow('SWEEP_FINISHED');
  });

  it('takes a repeated request for the same', () => {
    const cluster = play(smallStudy({ configs: ['A'], seeds: [1] }));
    const command = {
      ...({
        type: 'edit-sweep',
        requestId: 'once',
        sweepId: 'small-1',
        studyYaml: 'new',
        cancelRunning: false,
      } as const),
      study: smallStudy({ configs: ['A', 'B'], seeds: [1] }),
    } as const;
    expect(cluster.run(command)).toHaveLength(1);
    expect(cluster.run(command)).toEqual([]);
  });
});
