import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { createLedger } from '../../../coordinator/ledger/ledger.ts';
import { recover } from '../../../coordinator/ledger/recover.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../coordinator/snapshots/snapshot.ts';
import { openSnapshotFolder } from '../../../coordinator/snapshots/snapshot-folder.ts';
import { createSnapshotter } from '../../../coordinator/snapshots/snapshotter.ts';
import { gridIndexOf, seedOf } from '../../../core/grid/grid.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, cellsFrom, EMPTY_CLUSTER, trialOf } from '../../../core/sweep/state.ts';
import { isLive } from '../../../core/trial/trial.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { snapshotOf } from '../../../simulation/check/state-snapshot.ts';
import { smallStudy, smallStudyYaml } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const logger = createLogger('test', 'silent');
const options = { configs: ['A', 'B', 'C'], seeds: [1, 2, 3] };
const study = smallStudy(options);

/** A cluster that has done some work: leases, starts, a lost attempt. */
async function clusterAtWork(storage: string[], store = createMemoryResultStore()) {
  const log = createMemoryEventLog(storage);
  const { state } = await recover(log, store, { holder: 'test', now: 0 });
  const deps = { log, store, clock: systemClock, random: () => 0.5, costOf: () => 1, logger };
  const ledger = createLedger({ initial: state, ...deps });
  async function work(round: string): Promise<void> {
    const submission = { requestId: round, study, studyYaml: smallStudyYaml(options), total: 9 };
    await ledger.submit({ type: 'submit-sweep', ...submission });
    for (let i = 0; i < 4; i++) {
      await ledger.submit({ type: 'grant-lease', worker: `w${i}`, leaseId: `${round}-${i}` });
    }
    const sweep = [...ledger.state.sweeps.values()].at(-1);
    if (!sweep) return;
    const leases = [...ledger.state.sweeps.values()].flatMap((each) =>
      [...Array(9).keys()].flatMap((cell) => {
        const trial = trialOf(each, cell);
        return isLive(trial) ? [{ sweepId: each.id, cell, ...trial }] : [];
      }),
    );
    for (const lease of leases.slice(0, 2)) await ledger.submit({ type: 'start-trial', lease }).catch(() => undefined);
    const [lease] = leases;
    if (lease)
      await ledger.submit({ type: 'lose-attempt', lease, kind: 'preempted', message: 'gone', worker: lease.worker });
  }
  return { log, ledger, store, work };
}

const folded = (storage: readonly string[]): ClusterState =>
  storage.flatMap((text) => JSON.parse(text) as SweepEvent[]).reduce(evolve, EMPTY_CLUSTER);

describe('a snapshot', () => {
  it('is the state that the log leads to, and the log goes on from it as from its own', async () => {
    const storage: string[] = [];
    const { log, ledger, work } = await clusterAtWork(storage);
    await work('one');
    const sequence = log.lastSequence;
    const { state } = decodeSnapshot(encodeSnapshot({ state: ledger.state, sequence, batchId: 'b' }));
    expect(snapshotOf(state)).toEqual(snapshotOf(ledger.state));
    await work('two');
    const tail = storage.slice(sequence).flatMap((text) => JSON.parse(text) as SweepEvent[]);
    expect(tail.length).toBeGreaterThan(5);
    expect(snapshotOf(tail.reduce(evolve, state))).toEqual(snapshotOf(folded(storage)));
  });

  it('knows the cells of a sweep that was edited', async () => {
    const { ledger, work } = await clusterAtWork([]);
    await work('one');
    const [sweepId] = ledger.state.sweeps.keys();
    const edited = smallStudy({ configs: ['A', 'D'], seeds: [2, 4] });
    const edit = {
      requestId: 'edit',
      sweepId: sweepId as string,
      study: edited,
      studyYaml: 'new',
      cancelRunning: false,
    };
    await ledger.submit({ type: 'edit-sweep', ...edit });
    const { state } = decodeSnapshot(encodeSnapshot({ state: ledger.state, sequence: 3, batchId: 'b' }));
    const cells = (of: ClusterState) =>
      [...of.sweeps.values()].flatMap((sweep) =>
        [...cellsFrom(sweep, 0)].map((cell) => [
          cell,
          sweep.grid.title(gridIndexOf(sweep.grid, cell)),
          seedOf(sweep.grid, cell),
          trialOf(sweep, cell).state,
        ]),
      );
    expect(cells(state)).toEqual(cells(ledger.state));
    expect(cells(state).at(-1)).toEqual([expect.any(Number), 'config=D', 4, 'pending']);
  });

  it('with any byte changed, or cut short, is refused', async () => {
    const { ledger, work } = await clusterAtWork([]);
    await work('one');
    const bytes = encodeSnapshot({ state: ledger.state, sequence: 3, batchId: 'b' });
    const body = bytes.indexOf(0x0a) + 1;
    fc.assert(
      fc.property(fc.integer({ min: body, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ change;
        expect(() => decodeSnapshot(damaged)).toThrow();
        expect(() => decodeSnapshot(bytes.subarray(0, at))).toThrow();
      }),
    );
  });
});

describe('snapshots of a state directory', () => {
  it('are taken as the log grows and at the end; two are kept, and the newest is gone on from', async () => {
    await using home = await temporaryFolder();
    const storage: string[] = [];
    const { log, ledger, store, work } = await clusterAtWork(storage);
    const folder = await openSnapshotFolder(home.path, logger);
    const snapshotter = createSnapshotter({ ledger, log, folder, clock: systemClock, logger, every: 5 });
    for (const round of ['one', 'two', 'three', 'four']) await work(round);
    await ledger.close();
    await snapshotter.close();
    expect(await readdir(join(home.path, 'snapshots'))).toHaveLength(2);

    const again = createMemoryEventLog(storage);
    const known = await folder.newest(again.batchId);
    expect(known?.sequence).toBe(storage.length);
    const { state } = await recover(again, store, { holder: 'next', now: 1, ...(known ? { known } : {}) });
    expect(snapshotOf(state)).toEqual(snapshotOf(folded(storage)));
  });

  it('end though the log does not answer', async () => {
    await using home = await temporaryFolder();
    const { log, ledger, work } = await clusterAtWork([]);
    const folder = await openSnapshotFolder(home.path, logger);
    const silent = { ...log, batchId: () => new Promise<undefined>(() => {}) };
    // It sleeps for no time at all.
    const clock = { ...systemClock, sleep: async () => {} };
    const snapshotter = createSnapshotter({ ledger, log: silent, folder, clock, logger });
    await work('one');
    await ledger.close();
    await snapshotter.close();
    expect(await readdir(join(home.path, 'snapshots'))).toEqual([]);
  });

  it('that are damaged are left out: an older one serves, or the log alone', async () => {
    await using home = await temporaryFolder();
    const storage: string[] = [];
    const { log, ledger, work } = await clusterAtWork(storage);
    const folder = await openSnapshotFolder(home.path, logger);
    const save = async (): Promise<void> => {
      const sequence = log.lastSequence;
      await folder.save({ state: ledger.state, sequence, batchId: (await log.batchId(sequence)) as string });
    };
    await work('one');
    await save();
    const first = log.lastSequence;
    await work('two');
    await save();
    expect((await folder.newest(log.batchId))?.sequence).toBe(log.lastSequence);
    const names = (await readdir(join(home.path, 'snapshots'))).sort();
    for (const [i, expected] of [
      [1, first],
      [0, undefined],
    ] as const) {
      const path = join(home.path, 'snapshots', names[i] as string);
      await writeFile(path, (await readFile(path)).subarray(0, -3));
      expect((await folder.newest(log.batchId))?.sequence).toBe(expected);
    }
  });

  it('of another log are left out', async () => {
    await using home = await temporaryFolder();
    const [mine, others] = [await clusterAtWork([]), await clusterAtWork([])];
    const folder = await openSnapshotFolder(home.path, logger);
    await mine.work('one');
    await others.work('another');
    const { log, ledger } = mine;
    const sequence = log.lastSequence;
    await folder.save({ state: ledger.state, sequence, batchId: (await log.batchId(sequence)) as string });
    expect(await folder.newest(others.log.batchId)).toBeUndefined();
    expect(await folder.newest(async () => undefined)).toBeUndefined();
  });
});
