import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryRecordStream } from '../../../coordinator/adapters/memory/record-stream.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { ingest } from '../../../coordinator/ingestion/ingest.ts';
import { createLedger, type Ledger } from '../../../coordinator/ledger/ledger.ts';
import { recover } from '../../../coordinator/ledger/recover.ts';
import { createHolds } from '../../../coordinator/reuse/holds.ts';
import { createReuse } from '../../../coordinator/reuse/reuse.ts';
import type { Study } from '../../../core/study/study.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../../proto/records.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { snapshotOf } from '../../../simulation/check/state-snapshot.ts';
import { eventually } from '../../support/eventually.ts';
import { createMortal, DEATHS_IN_REUSE, type Mortal } from '../../support/mortal-ports.ts';
import { smallStudy } from '../../support/studies.ts';

const CONFIGS = ['A', 'B', 'C', 'D', 'E'];
const first = smallStudy({ name: 'first', configs: CONFIGS.slice(0, 3), seeds: [1, 2] });
/** Shares four of its six cells with the first: 0, 1, 3 and 4. */
const second = smallStudy({ name: 'second', configs: ['B', 'C', 'D'], seeds: [1, 2], extra: 'reuse: true\n' });
const logger = createLogger('test', 'silent');
const submit = (study: Study) =>
  ({ type: 'submit-sweep', requestId: study.name, study, studyYaml: study.name, total: 6 }) as const;

/** What outlives a coordinator: the log, the rows and the stream. */
function createWorld() {
  const storage: string[] = [];
  const store = createMemoryResultStore();
  const records = createMemoryRecordStream();

  async function startProcess(mortal: Mortal) {
    const log = mortal.log(createMemoryEventLog(storage));
    const mortalStore = mortal.store(store);
    const { state } = await recover(log, mortalStore, { holder: 'test', now: 0 });
    const holds = createHolds();
    const clock = systemClock;
    const ledger = createLedger({
      ...{ initial: state, log, store: mortalStore, clock, random: () => 0.5, costOf: () => 1, logger },
      heldBack: holds.isHeld,
    });
    const outlet = mortal.outlet(records);
    const reuse = createReuse({ ledger, store, outlet, holds, onReleased: () => {}, clock, logger });
    const ending = new AbortController();
    const running = Promise.all([
      reuse.run(ending.signal),
      ingest(
        {
          ...{ records: mortal.records(records), ledger, receipt: () => {}, onReceived: () => {}, onSettled: () => {} },
          clock,
          logger,
        },
        ending.signal,
      ),
    ]);
    return { ledger, end: () => ending.abort(), running };
  }

  /** A worker asks for a trial and does it at once: its value follows from its parameters and seed. */
  async function workOnce(ledger: Ledger, leaseId: string): Promise<boolean> {
    const { events } = await ledger.submit({ type: 'grant-lease', worker: 'w', leaseId });
    for (const event of events) {
      if (event.type !== 'trial-leased') continue;
      const { sweepId, cell, attempt, epoch, worker } = event;
      const key = { sweepId, cell, attempt, leaseId, epoch, worker };
      const metrics = { testError: errorOf(ledger, sweepId, cell) };
      const record = {
        kind: 'result',
        ...key,
        metrics,
        provenance: {},
        durationMs: 1,
        endedAt: 1,
      } satisfies TrialRecord;
      records.publish(encodeRecord(record), recordId(record));
      return true;
    }
    return false;
  }

  return {
    storage,
    store,
    startProcess,
    workOnce,
    redeliver: () => records.redeliver(),
    events: () => storage.flatMap((batch) => JSON.parse(batch) as SweepEvent[]),
  };
}

function errorOf({ state }: Pick<Ledger, 'state'>, sweepId: string, cell: number): number {
  const { grid } = state.sweeps.get(sweepId) as NonNullable<ReturnType<typeof state.sweeps.get>>;
  const config = String(grid.parameters(grid.gridIndexAt(cell))['config']);
  return 10 * CONFIGS.indexOf(config) + (grid.seeds[grid.seedIndexAt(cell)] as number);
}

interface Doom {
  readonly death: (typeof DEATHS_IN_REUSE)[number];
  readonly after: number;
}

async function live(deaths: readonly Doom[]) {
  const world = createWorld();
  let lease = 0;
  const complete = (ledger: Ledger, id: string) => ledger.state.sweeps.get(id)?.status === 'completed';
  async function workUntil(ledger: Ledger, id: string): Promise<void> {
    await eventually(`${id} to be complete`, async () => {
      while (await world.workOnce(ledger, `lease-${lease++}`)) {}
      return complete(ledger, id) ? true : undefined;
    });
  }

  const peace = await world.startProcess(createMortal());
  await peace.ledger.submit(submit(first));
  await workUntil(peace.ledger, 'first-1');
  peace.end();
  await peace.running;
  for (const { death, after } of deaths) {
    const mortal = createMortal();
    mortal.doom(death, after);
    const life = (async () => {
      const { ledger } = await world.startProcess(mortal);
      world.redeliver();
      await ledger.submit(submit(second));
      // Nobody works meanwhile: only what is reused makes the sweep go on.
      await eventually('what is reused', () => (ledger.state.sweeps.get('second-1')?.reused === 4 ? true : undefined));
    })();
    await Promise.race([mortal.died, life]);
  }
  const last = await world.startProcess(createMortal());
  world.redeliver();
  await last.ledger.submit(submit(second));
  await workUntil(last.ledger, 'second-1');
  last.end();
  await last.running;
  return { world, state: last.ledger.state };
}

async function expectExactlyOnce({ world, state }: Awaited<ReturnType<typeof live>>): Promise<void> {
  const rows = await world.store.results('second-1', [0, 1, 2, 3, 4, 5]);
  const values = [...rows.values()].map(({ cell, record }) => [cell, record.metrics['testError'], record.attempt]);
  expect(values.sort()).toEqual(
    [0, 1, 2, 3, 4, 5].map((cell) => [cell, errorOf({ state }, 'second-1', cell), cell % 3 === 2 ? 1 : 0]),
  );
  expect(rows.get(3)?.record.reusedFrom).toEqual({ sweepId: 'first-1', cell: 4, attempt: 1 });
  expect(await world.store.counts()).toEqual({ results: 12, quarantined: 0, superseded: 0 });
  const of = (type: SweepEvent['type']) =>
    world
      .events()
      .flatMap((event) => (event.type === type && 'cell' in event && event.sweepId === 'second-1' ? [event.cell] : []));
  expect(of('trial-succeeded').sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(of('trial-leased').sort()).toEqual([2, 5]);
  expect(state.sweeps.get('second-1')).toMatchObject({ reused: 4, usedMs: expect.any(Number) });
  const replayed = world.events().reduce(evolve, EMPTY_CLUSTER);
  expect(snapshotOf(replayed)).toEqual(snapshotOf(state));
}

describe('a coordinator that dies while results are reused', () => {
  for (const death of DEATHS_IN_REUSE) {
    for (const after of [0, 1, 2, 3]) {
      it(`${death}, the ${after + 1}. time: gives each cell its result once, and grants no lease for it`, async () => {
        await expectExactlyOnce(await live([{ death, after }]));
      });
    }
  }

  it('again and again, anywhere: gives each cell its result once', async () => {
    const deaths = fc.array(fc.record({ death: fc.constantFrom(...DEATHS_IN_REUSE), after: fc.nat(2) }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(deaths, async (all) => expectExactlyOnce(await live(all))),
      { numRuns: 40 },
    );
  });
});
