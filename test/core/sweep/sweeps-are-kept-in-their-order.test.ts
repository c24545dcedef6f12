import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newSweep, type SweepState } from '../../../core/sweep/state.ts';
import { type Sweeps, sweepsOf } from '../../../core/sweep/sweeps.ts';
import { smallStudy } from '../../support/studies.ts';

const study = smallStudy({ configs: ['A'] });
const template = newSweep({
  type: 'sweep-submitted',
  ...{ requestId: 'r', sweepId: 's', study, studyYaml: '', total: 1, at: 0 },
});
const STATUSES = ['active', 'completed', 'cancelled'] as const;

const changes = fc.array(
  fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), status: fc.constantFrom(...STATUSES), at: fc.nat() }),
  { maxLength: 40 },
);

describe('the sweeps of a cluster', () => {
  it('are what a map of them in order of submission would be, whatever begins, ends and goes on', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const expected = new Map<string, SweepState>();
        const versions: { readonly sweeps: Sweeps; readonly all: readonly SweepState[] }[] = [];
        let sweeps = sweepsOf([]);
        for (const { id, status, at } of all) {
          const sweep: SweepState = { ...template, id, status, createdAt: at };
          sweeps = sweeps.with(sweep);
          expected.set(id, sweep);
          versions.push({ sweeps, all: [...expected.values()] });
        }
        for (const version of versions) {
          expect([...version.sweeps].map(([, sweep]) => sweep)).toEqual(version.all);
          expect([...version.sweeps.keys()]).toEqual(version.all.map(({ id }) => id));
          expect([...version.sweeps.values()]).toEqual(version.all);
          expect([...version.sweeps.active]).toEqual(version.all.filter(({ status }) => status === 'active'));
          expect(version.sweeps.size).toBe(version.all.length);
          for (const sweep of version.all) expect(version.sweeps.get(sweep.id)).toBe(sweep);
        }
        expect(sweeps.has('z')).toBe(false);
      }),
    );
  });
});
