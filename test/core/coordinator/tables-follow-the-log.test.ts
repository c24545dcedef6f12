import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryRecordStream } from '../../../coordinator/adapters/memory/record-stream.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { createFollower } from '../../../coordinator/ledger/follower.ts';
import { createLedger } from '../../../coordinator/ledger/ledger.ts';
import { recover } from '../../../coordinator/ledger/recover.ts';
import type { Delivery, ResultStore } from '../../../coordinator/ports.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import {
  encodeRecord,
  type ReportRecord,
  type ResultRecord,
  recordContentHash,
  recordId,
} from '../../../proto/records.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { smallStudy } from '../../support/studies.ts';

const logger = createLogger('test', 'silent');
const study = smallStudy({ configs: ['A', 'B'], seeds: [1] });
const SWEEP = 'small-1';

type Lease = Extract<SweepEvent, { type: 'trial-leased' }>;

/** One log, and a table and a consumer of the records for each coordinator. */
function createWorld() {
  const storage: string[] = [];
  const records: Uint8Array[] = [];

  function coordinator() {
    const store = createMemoryResultStore();
    const stream = createMemoryRecordStream();
    let read = 0;
    /** What has arrived meanwhile. */
    const deliver = (): void => {
      for (; read < records.length; read++) stream.publish(records[read] as Uint8Array);
    };
    const follow = () => {
      deliver();
      return createFollower({ log: createMemoryEventLog(storage), store, records: stream, clock: systemClock, logger });
    };
    async function lead(ledEpoch: number) {
      const log = createMemoryEventLog(storage);
      const { state } = await recover(log, store, { holder: 'test', now: 0, ledEpoch, fetch: follow().fetch });
      return createLedger({
        ...{ initial: state, log, store, clock: systemClock, random: () => 0.5, costOf: () => 1, logger },
      });
    }
    return { store, stream, lead, follow };
  }
  return { records, coordinator };
}

function resultOf(lease: Lease, testError: number): ResultRecord {
  const { sweepId, cell, attempt, leaseId, epoch, worker } = lease;
  const said = { metrics: { testError }, provenance: {}, durationMs: 1, endedAt: 1 };
  return { kind: 'result', sweepId, cell, attempt, leaseId, epoch, worker, ...said };
}

function reportOf({ sweepId, cell, attempt, leaseId, epoch, worker }: ResultRecord): ReportRecord {
  const lease = { sweepId, cell, attempt, leaseId, epoch, worker };
  return { kind: 'report', ...lease, trainEpoch: 1, metrics: { testError: 30 } };
}

function deliveryOf(record: ResultRecord, sequence: number): Delivery {
  const { id, contentHash } = { id: recordId(record), contentHash: recordContentHash(record) };
  return { record, id, contentHash, sequence, deliveries: 1, ack: async () => {} };
}

describe('a coordinator that was replaced between a row and its event', () => {
  let world: ReturnType<typeof createWorld>;
  let first: ReturnType<typeof world.coordinator>;
  let second: ReturnType<typeof world.coordinator>;
  let orphan: ResultRecord;
  let other: Lease;

  const grant = async (ledger: ReturnType<typeof createLedger>, worker: string): Promise<Lease> => {
    const { events } = await ledger.submit({ type: 'grant-lease', worker, leaseId: `${worker}-${Math.random()}` });
    return events.find((event): event is Lease => event.type === 'trial-leased') as Lease;
  };
  const rowOf = async (store: ResultStore, cell: number) => (await store.result(SWEEP, cell))?.record;

  beforeEach(async () => {
    world = createWorld();
    first = world.coordinator();
    second = world.coordinator();
    const ledger = await first.lead(0);
    await ledger.submit({ type: 'submit-sweep', requestId: 'r', study, studyYaml: 'x', total: 2 });
    const lease = await grant(ledger, 'one');
    other = await grant(ledger, 'two');
    orphan = resultOf(lease, 10);
    // Durable in its own table, and the event never came: the log was somebody else's by then.
    const { cell } = lease;
    const contentHash = recordContentHash(orphan);
    const row = {
      sweepId: SWEEP,
      cell,
      gridIndex: cell,
      seed: 1,
      record: orphan,
      contentHash,
      sequence: 1,
      committedAt: 0,
    };
    await first.store.commit({ results: [row], reports: [], failures: [], setAside: [] });
    await ledger.close();
  });

  it('has the work adopted where nobody else has done it', async () => {
    const leads = await first.lead(0);
    expect(leads.state.sweeps.get(SWEEP)?.counts.succeeded).toBe(1);
    expect(await rowOf(first.store, orphan.cell)).toEqual(orphan);
  });

  it('has its row set aside where the log has another one, which it fetches', async () => {
    const ledger = await second.lead(0);
    const lease = { ...orphan };
    await ledger.submit({ type: 'lose-attempt', lease, kind: 'infrastructure', message: 'gone', worker: 'one' });
    const accepted = resultOf(await grant(ledger, 'two'), 20);
    expect(accepted).toMatchObject({ cell: orphan.cell, attempt: 2 });
    world.records.push(encodeRecord(accepted));
    await ledger.ingest([deliveryOf(accepted, 2)]);
    await ledger.close();

    const again = await first.lead(1);
    expect(again.state.epoch).toBe(3);
    expect(await rowOf(first.store, orphan.cell)).toEqual(accepted);
    expect(await first.store.counts()).toEqual({ results: 1, quarantined: 0, superseded: 1 });
  });

  it('follows with its row set aside where the log has another one, and leads again', async () => {
    const ledger = await second.lead(0);
    const lease = { ...orphan };
    await ledger.submit({ type: 'lose-attempt', lease, kind: 'infrastructure', message: 'gone', worker: 'one' });
    const accepted = resultOf(await grant(ledger, 'two'), 20);
    world.records.push(encodeRecord(accepted));
    await ledger.ingest([deliveryOf(accepted, 2)]);
    await ledger.close();

    const ended = new AbortController();
    const following = first.follow().follow(ended.signal);
    await eventually('an empty stream', async () => ((await first.stream.backlog()) === 0 ? true : undefined));
    ended.abort();
    await following;
    expect(await rowOf(first.store, orphan.cell)).toEqual(accepted);
    const again = await first.lead(1);
    expect(again.state.epoch).toBe(3);
    expect(await first.store.counts()).toEqual({ results: 1, quarantined: 0, superseded: 1 });
  });

  it('is refused where the log has a row that is nowhere to be had', async () => {
    const ledger = await second.lead(0);
    await ledger.submit({
      type: 'lose-attempt',
      lease: orphan,
      kind: 'infrastructure',
      message: 'gone',
      worker: 'one',
    });
    await ledger.ingest([deliveryOf(resultOf(await grant(ledger, 'two'), 20), 2)]);
    await ledger.close();
    await expect(first.lead(1)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('follows: what the log has settled is in its table, what it has not waits', async () => {
    const ledger = await second.lead(0);
    world.records.push(encodeRecord(orphan));
    const ended = new AbortController();
    const standby = world.coordinator();
    const following = standby.follow().follow(ended.signal);
    await ledger.ingest([deliveryOf(orphan, 1)]);
    await eventually('the row', () => rowOf(standby.store, orphan.cell));
    expect(await standby.store.counts()).toEqual({ results: 1, quarantined: 0, superseded: 0 });
    ended.abort();
    await following;
  });

  it('fetches a row that arrives while what came before it is written', async () => {
    const ledger = await second.lead(0);
    await ledger.ingest([deliveryOf(orphan, 2)]);
    await ledger.close();
    world.records.push(encodeRecord(reportOf(orphan)));
    const late = world.coordinator();
    const { commit } = late.store;
    late.store.commit = async (batch) => {
      await commit(batch);
      if (batch.reports.length === 0) return;
      late.stream.publish(encodeRecord(orphan));
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await late.lead(0);
    expect(await rowOf(late.store, orphan.cell)).toEqual(orphan);
  });

  it('takes nothing for a stranger while it fetches and the leader before it still grants', async () => {
    const ledger = await second.lead(0);
    await ledger.ingest([deliveryOf(orphan, 2)]);
    world.records.push(encodeRecord(orphan));
    const late = world.coordinator();
    const { accepted } = late.store;
    late.store.accepted = async (sweepId) => {
      late.store.accepted = accepted;
      // The log has been read: it has nothing of this lease.
      await ledger.submit({
        type: 'lose-attempt',
        lease: other,
        kind: 'infrastructure',
        message: 'gone',
        worker: 'two',
      });
      late.stream.publish(encodeRecord(reportOf(resultOf(await grant(ledger, 'three'), 20))));
      return accepted(sweepId);
    };
    await expect(late.lead(0)).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    expect(await late.store.counts()).toMatchObject({ quarantined: 0 });
    expect(await late.stream.backlog()).toBeGreaterThan(0);
    await ledger.close();
  });

  it('follows past records that no log explains, and sets them aside', async () => {
    const ledger = await second.lead(0);
    for (const cell of [7, 8]) world.records.push(encodeRecord({ ...orphan, cell }));
    world.records.push(new Uint8Array([1, 2, 3]), encodeRecord(orphan));
    const ended = new AbortController();
    const standby = world.coordinator();
    const following = standby.follow().follow(ended.signal);
    await ledger.ingest([deliveryOf(orphan, 1)]);
    await eventually('an empty stream', async () => ((await standby.stream.backlog()) === 0 ? true : undefined));
    expect(await standby.store.counts()).toEqual({ results: 1, quarantined: 3, superseded: 0 });
    ended.abort();
    await following;
  });

  it('acknowledges nothing whose row is not on its disk', async () => {
    const ledger = await second.lead(0);
    world.records.push(encodeRecord(orphan));
    const ended = new AbortController();
    const standby = world.coordinator();
    const { commit } = standby.store;
    let [writing, backlog] = [0, -1];
    standby.store.commit = async (batch) => {
      writing++;
      if (writing === 1) throw new Error('ENOSPC: no space left on device');
      backlog = await standby.stream.backlog();
      await commit(batch);
    };
    const following = standby.follow().follow(ended.signal);
    await ledger.ingest([deliveryOf(orphan, 1)]);
    await eventually('a second try', async () => {
      standby.stream.redeliver();
      return writing > 1 ? true : undefined;
    });
    expect(backlog).toBe(1);
    await eventually('the row', () => rowOf(standby.store, orphan.cell));
    await eventually('an acknowledgement', async () => ((await standby.stream.backlog()) === 0 ? true : undefined));
    ended.abort();
    await following;
  });
});
