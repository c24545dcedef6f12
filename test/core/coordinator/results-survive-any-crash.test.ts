import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryRecordStream } from '../../../coordinator/adapters/memory/record-stream.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { ingest } from '../../../coordinator/ingestion/ingest.ts';
import { createLedger, type Ledger } from '../../../coordinator/ledger/ledger.ts';
import { recover } from '../../../coordinator/ledger/recover.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import { isLive } from '../../../core/trial/trial.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../../proto/records.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { snapshotOf } from '../../../simulation/check/state-snapshot.ts';
import { eventually } from '../../support/eventually.ts';
import { createMortal, DEATHS, type Mortal } from '../../support/mortal-ports.ts';
import { smallStudy } from '../../support/studies.ts';

const study = smallStudy({ configs: ['A', 'B', 'C'], seeds: [1, 2] });
const TOTAL = 6;
const SWEEP = 'small-1';
const logger = createLogger('test', 'silent');

/** What outlives a coordinator: the log, the rows, the stream, and the worker's outbox. */
function createWorld() {
  const storage: string[] = [];
  const store = createMemoryResultStore();
  const records = createMemoryRecordStream();
  const outbox = new Map<string, TrialRecord>();
  const receipts: string[] = [];

  async function startProcess(mortal: Mortal) {
    const log = mortal.log(createMemoryEventLog(storage));
    const mortalStore = mortal.store(store);
    const { state } = await recover(log, mortalStore, { holder: 'test', now: 0 });
    const ledger = createLedger({
      initial: state,
      log,
      store: mortalStore,
      clock: systemClock,
      random: () => 0.5,
      costOf: () => 1,
      logger,
    });
    const ending = new AbortController();
    const ingesting = ingest(
      {
        records: mortal.records(records),
        ledger,
        receipt: (_worker, answers) => {
          if (mortal.dead) return;
          receipts.push(...answers.map(({ recordId: id }) => id));
          for (const { recordId: id } of answers) outbox.delete(id);
        },
        onReceived: () => {},
        onSettled: () => {},
        clock: systemClock,
        logger,
      },
      ending.signal,
    );
    return { ledger, end: () => ending.abort(), ingesting };
  }

  return {
    storage,
    store,
    receipts,
    startProcess,
    /** A worker ends its trial: the record is in the outbox before it is anywhere else. */
    deliver(record: TrialRecord) {
      outbox.set(recordId(record), record);
      records.publish(encodeRecord(record), recordId(record));
    },
    /** The stream delivers again, and the worker publishes again what it has no receipt for, past the duplicate window. */
    tryAgain() {
      records.redeliver();
      for (const record of outbox.values()) records.publish(encodeRecord(record));
    },
    get unreceipted() {
      return outbox.size;
    },
    events: () => storage.flatMap((batch) => JSON.parse(batch) as SweepEvent[]),
  };
}

const submit = { type: 'submit-sweep', requestId: 'r', study, studyYaml: 'y', total: TOTAL } as const;

/** Leases everything and delivers a result, or a failure for every third attempt, for each lease. */
async function work(ledger: Ledger, world: ReturnType<typeof createWorld>, run: number): Promise<void> {
  await ledger.submit(submit);
  for (let i = 0; i < TOTAL; i++) {
    const { events } = await ledger.submit({ type: 'grant-lease', worker: 'w', leaseId: `lease-${run}-${i}` });
    for (const event of events) {
      if (event.type !== 'trial-leased') continue;
      const { sweepId, cell, attempt, leaseId, epoch, worker } = event;
      const key = { sweepId, cell, attempt, leaseId, epoch, worker };
      const ended = { durationMs: 1, endedAt: 1 };
      const fails = attempt === 1 && cell % 3 === 0;
      world.deliver(
        fails
          ? { kind: 'failure', ...key, ...ended, failure: 'preempted', message: 'moved away' }
          : { kind: 'result', ...key, ...ended, metrics: { testError: cell }, provenance: {} },
      );
    }
  }
}

/** Every process dies as told; then one is left in peace until the sweep is complete. */
async function live(deaths: readonly { readonly death: (typeof DEATHS)[number]; readonly after: number }[]) {
  const world = createWorld();
  let run = 0;
  for (const { death, after } of deaths) {
    const mortal = createMortal();
    mortal.doom(death, after);
    const life = (async () => {
      const { ledger } = await world.startProcess(mortal);
      world.tryAgain();
      for (let round = 0; round < 4; round++) await work(ledger, world, run++);
      // All that it had to do is done: it dies of old age.
      await eventually('receipts', () => (world.unreceipted === 0 ? true : undefined));
    })();
    await Promise.race([mortal.died, life]);
  }
  const last = await world.startProcess(createMortal());
  const sweepOf = (): SweepState | undefined => last.ledger.state.sweeps.get(SWEEP);
  await eventually('a complete sweep and no record without a receipt', async () => {
    await work(last.ledger, world, run++);
    await abandon(last.ledger, world);
    world.tryAgain();
    return sweepOf()?.status === 'completed' && world.unreceipted === 0 ? true : undefined;
  });
  last.end();
  await last.ingesting;
  return { world, state: last.ledger.state };
}

/** Leases that a dead coordinator granted and never told anybody of; the reaper's part. */
async function abandon(ledger: Ledger, world: ReturnType<typeof createWorld>): Promise<void> {
  if (world.unreceipted > 0) return;
  for (const sweep of ledger.state.sweeps.values()) {
    for (const cell of sweep.live) {
      const trial = trialOf(sweep, cell);
      if (!isLive(trial)) continue;
      const lease = { ...trial, sweepId: sweep.id, cell };
      await ledger
        .submit({ type: 'lose-attempt', lease, kind: 'preempted', message: 'silent', worker: 'w' })
        .catch(() => {});
    }
  }
}

async function expectExactlyOnce({ world, state }: Awaited<ReturnType<typeof live>>): Promise<void> {
  const rows = [...(await world.store.results(SWEEP, [0, 1, 2, 3, 4, 5])).values()];
  expect(rows.map(({ cell, record }) => [cell, record.metrics['testError']]).sort()).toEqual(
    [0, 1, 2, 3, 4, 5].map((cell) => [cell, cell]),
  );
  expect(await world.store.counts()).toMatchObject({ results: TOTAL, quarantined: 0 });
  const succeeded = world.events().filter((event) => event.type === 'trial-succeeded');
  expect(succeeded.map(({ cell }) => cell).sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(world.events().filter((event) => event.type === 'sweep-completed')).toHaveLength(1);
  const replayed = world.events().reduce(evolve, EMPTY_CLUSTER);
  expect(snapshotOf(replayed)).toEqual(snapshotOf(state));
}

describe('a coordinator that dies', () => {
  for (const death of DEATHS) {
    for (const after of [0, 2, 5]) {
      it(`${death}, the ${after + 1}. time: loses no result and counts none twice`, async () => {
        await expectExactlyOnce(await live([{ death, after }]));
      });
    }
  }

  it('again and again, anywhere: loses no result and counts none twice', async () => {
    const deaths = fc.array(fc.record({ death: fc.constantFrom(...DEATHS), after: fc.nat(8) }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(deaths, async (all) => expectExactlyOnce(await live(all))),
      { numRuns: 60 },
    );
  });
});
