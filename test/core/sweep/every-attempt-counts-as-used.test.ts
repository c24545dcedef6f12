import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Study } from '../../../core/study/study.ts';
import { trialOf } from '../../../core/sweep/state.ts';
import { usageOf } from '../../../core/sweep/usage.ts';
import { DEPENDENT_WORLD } from '../../support/dependent-studies.ts';
import { smallStudy } from '../../support/studies.ts';
import { actions, play, type StudyWorld } from '../../support/sweep-actions.ts';

const configs = (...names: string[]): Study => smallStudy({ configs: names, seeds: [1, 2] });

/** Edits that take running cells away and bring them back. */
const WORLD: StudyWorld = {
  study: configs('A', 'B', 'D'),
  edits: [configs('B'), configs('A', 'D'), configs('A', 'B', 'D', 'E')],
};

describe.each([
  ['independent', WORLD],
  ['dependent', DEPENDENT_WORLD],
])('of a sweep of %s trials', (_, world) => {
  it('each attempt counts from its lease to its end, however it ends: by result, failure, loss, stop, edit, cancel', () => {
    fc.assert(
      fc.property(actions, (list) => {
        const open = new Map<string, { readonly sweepId: string; readonly cell: number; readonly at: number }>();
        const used = new Map<string, number>();
        play(world, list, (before, after, __, events) => {
          const at = Math.max(0, ...events.map((event) => event.at));
          for (const event of events) if (event.type === 'trial-leased') open.set(event.leaseId, event);
          for (const [leaseId, { sweepId, cell, at: since }] of open) {
            const sweep = after.sweeps.get(sweepId);
            const trial = sweep && trialOf(sweep, cell);
            if (trial && 'leaseId' in trial && trial.leaseId === leaseId) continue;
            open.delete(leaseId);
            used.set(sweepId, (used.get(sweepId) ?? 0) + at - since);
          }
          for (const sweep of after.sweeps.values()) {
            if (before.sweeps.get(sweep.id) === sweep) continue;
            expect(sweep.usedMs).toBe(used.get(sweep.id) ?? 0);
            const running = [...open.values()].filter(({ sweepId }) => sweepId === sweep.id);
            const sinceLease = running.reduce((sum, lease) => sum + at + 5 - lease.at, 0);
            expect(usageOf(sweep, at + 5).deviceMs).toBe(sweep.usedMs + sinceLease);
          }
        });
      }),
    );
  });
});
