import { describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { createLedger } from '../../../coordinator/ledger/ledger.ts';
import { recover } from '../../../coordinator/ledger/recover.ts';
import type { Delivery, EventLog, ResultStore } from '../../../coordinator/ports.ts';
import { TickworkError } from '../../../core/errors.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import type { LeaseRef } from '../../../core/trial/trial.ts';
import { recordContentHash, recordId, type TrialRecord } from '../../../proto/records.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { deferred } from '../../../runtime/deferred.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { smallStudy } from '../../support/studies.ts';

const study = smallStudy({ configs: ['A', 'B'] });
const logger = createLogger('test', 'silent');
const submission = (requestId: string, studyYaml = 'y'): Command => ({
  type: 'submit-sweep',
  requestId,
  study,
  studyYaml,
  total: 2,
});

interface Ports {
  readonly log?: (inner: EventLog) => EventLog;
  readonly store?: (inner: ResultStore) => ResultStore;
}

async function startLedger(
  { log: wrapLog = (log) => log, store: wrapStore = (store) => store }: Ports = {},
  storage: string[] = [],
) {
  const log = wrapLog(createMemoryEventLog(storage));
  const store = wrapStore(createMemoryResultStore());
  const { state } = await recover(log, store, { holder: 'test', now: 0 });
  const ledger = createLedger({
    initial: state,
    log,
    store,
    clock: systemClock,
    random: () => 0,
    costOf: () => 1,
    logger,
  });
  return { ledger, log, store, storage };
}

/** A log whose appends after the first (the leadership) go through `intercept`. */
function intercepted(
  inner: EventLog,
  intercept: (events: readonly SweepEvent[], next: () => Promise<void>) => Promise<void>,
): EventLog {
  return {
    replay: () => inner.replay(),
    append: (events) =>
      inner.lastSequence === 0 ? inner.append(events) : intercept(events, () => inner.append(events)),
    confirm: () => inner.confirm(),
    batchId: (sequence) => inner.batchId(sequence),
    get lastSequence() {
      return inner.lastSequence;
    },
    close: () => inner.close(),
  };
}

function deliveryOf(lease: LeaseRef, worker: string): Delivery {
  const said = { durationMs: 1, endedAt: 1, provenance: {}, metrics: { testError: 1 } };
  const { sweepId, cell, attempt, epoch, leaseId } = lease;
  const record: TrialRecord = { kind: 'result', sweepId, cell, attempt, epoch, leaseId, worker, ...said };
  return {
    record,
    id: recordId(record),
    contentHash: recordContentHash(record),
    sequence: 1,
    deliveries: 1,
    ack: async () => {},
  };
}

const away = (): TickworkError => new TickworkError('NATS_UNREACHABLE', 'away');

describe('a turn', () => {
  it('decides what came together on the state that each before it leads to, and writes it as one batch', async () => {
    const { ledger, storage } = await startLedger();
    const [first, second] = await Promise.all([ledger.submit(submission('a')), ledger.submit(submission('b'))]);
    expect([first.sweepId, second.sweepId]).toEqual(['small-1', 'small-2']);
    expect(storage).toHaveLength(2);
  });

  it('makes rows durable before events, and lets no cancel in between', async () => {
    const order: string[] = [];
    const committing = deferred<void>();
    const mayCommit = deferred<void>();
    const { ledger } = await startLedger({
      log: (inner) =>
        intercepted(inner, (events, next) => {
          order.push(...events.map(({ type }) => type));
          return next();
        }),
      store: (inner) => ({
        ...inner,
        async commit(batch) {
          committing.resolve();
          await mayCommit.promise;
          order.push('rows');
          await inner.commit(batch);
        },
      }),
    });
    await ledger.submit(submission('a'));
    const { events } = await ledger.submit({ type: 'grant-lease', worker: 'w', leaseId: 'l' });
    const lease = events.find((event) => event.type === 'trial-leased') as LeaseRef;
    order.length = 0;

    const ingested = ledger.ingest([deliveryOf(lease, 'w')]);
    await committing.promise;
    const cancelled = ledger.submit({ type: 'cancel-sweep', requestId: 'c', sweepId: 'small-1' });
    mayCommit.resolve();
    expect((await ingested).map(({ outcome }) => outcome)).toEqual(['committed']);
    await cancelled;
    expect(order).toEqual(['rows', 'trial-succeeded', 'sweep-cancelled']);
    expect(ledger.state.sweeps.get('small-1')?.counts).toMatchObject({ succeeded: 1, cancelled: 1 });
  });

  it('sets nothing aside for a leader that was replaced and does not know it: the record stays for who knows its lease', async () => {
    const { ledger: replaced, store, storage } = await startLedger();
    const { ledger: successor } = await startLedger({}, storage);
    await successor.submit(submission('a'));
    const { events } = await successor.submit({ type: 'grant-lease', worker: 'w', leaseId: 'l' });
    const lease = events.find((event) => event.type === 'trial-leased') as LeaseRef;
    const delivery = deliveryOf(lease, 'w');
    await expect(replaced.ingest([delivery])).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(replaced.failed).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    expect(await store.counts()).toMatchObject({ quarantined: 0 });
  });

  it('that the log can never take fails alone: its command is refused, its neighbours are not', async () => {
    const tooLarge = new TickworkError('ARGUMENT_INVALID', 'Expected a smaller batch.');
    const { ledger } = await startLedger({
      log: (inner) =>
        intercepted(inner, (events, next) =>
          JSON.stringify(events).length > 512 * 1024 ? Promise.reject(tooLarge) : next(),
        ),
    });
    const huge = ledger.submit(submission('huge', '#'.repeat(600_000)));
    const small = ledger.submit(submission('small'));
    await expect(huge).rejects.toBe(tooLarge);
    expect((await small).sweepId).toBe('small-1');
    expect([...ledger.state.sweeps.keys()]).toEqual(['small-1']);
  });

  it('never exceeds what the log takes, however much waits', async () => {
    const sizes: number[] = [];
    const { ledger } = await startLedger({
      log: (inner) =>
        intercepted(inner, (events, next) => {
          sizes.push(JSON.stringify(events).length);
          return next();
        }),
    });
    await Promise.all(Array.from({ length: 30 }, (_, i) => ledger.submit(submission(`r${i}`, '#'.repeat(40_000)))));
    expect(ledger.state.sweeps.size).toBe(30);
    expect(Math.max(...sizes)).toBeLessThan(512 * 1024);
    expect(sizes.length).toBeLessThan(30);
  });
});

describe('a log that is away', () => {
  it('is given the very same batch again until it answers; nothing overtakes it', async () => {
    const tried: string[] = [];
    let failures = 3;
    const { ledger } = await startLedger({
      log: (inner) =>
        intercepted(inner, (events, next) => {
          tried.push(JSON.stringify(events));
          return failures-- > 0 ? Promise.reject(away()) : next();
        }),
    });
    const first = ledger.submit(submission('a'));
    // Lets the first turn begin.
    await Promise.resolve().then(() => Promise.resolve());
    const second = ledger.submit(submission('b'));
    expect((await first).sweepId).toBe('small-1');
    expect((await second).sweepId).toBe('small-2');
    expect(new Set(tried.slice(0, 4)).size).toBe(1);
    expect(tried).toHaveLength(5);
  });

  it('lets callers go at their deadline; what no turn has taken by then is never done', async () => {
    const back = deferred<void>();
    const { ledger } = await startLedger({
      log: (inner) => intercepted(inner, (_, next) => back.promise.then(next)),
    });
    const taken = ledger.submit(submission('taken'), { deadlineMs: 30 });
    await Promise.resolve().then(() => Promise.resolve());
    const waiting = ledger.submit(submission('waiting'), { deadlineMs: 30 });
    await expect(taken).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('may still take effect'),
    });
    await expect(waiting).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('nothing was changed'),
    });
    back.resolve();
    // The same request again finds what the first one did.
    expect((await ledger.submit(submission('taken'))).sweepId).toBe('small-1');
    expect((await ledger.submit(submission('waiting'))).sweepId).toBe('small-2');
    expect(ledger.state.sweeps.size).toBe(2);
  });

  it('does not keep a coordinator from closing', async () => {
    const { ledger } = await startLedger({ log: (inner) => intercepted(inner, () => Promise.reject(away())) });
    const refused = expect(ledger.submit(submission('a'))).rejects.toMatchObject({ code: 'NOT_READY' });
    await Promise.resolve();
    await ledger.close();
    await refused;
    await expect(ledger.submit(submission('b'))).rejects.toMatchObject({ code: 'NOT_READY' });
  });
});

describe('a store that fails', () => {
  it('for a moment is tried again, before anything is in the log', async () => {
    let failures = 2;
    const { ledger, storage } = await startLedger({
      store: (inner) => ({
        ...inner,
        commit: (batch) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : inner.commit(batch)),
      }),
    });
    await ledger.submit(submission('a'));
    const { events } = await ledger.submit({ type: 'grant-lease', worker: 'w', leaseId: 'l' });
    const lease = events.find((event) => event.type === 'trial-leased') as LeaseRef;
    const before = storage.length;
    const settled = await ledger.ingest([deliveryOf(lease, 'w')]);
    expect(settled[0]?.outcome).toBe('committed');
    expect(failures).toBeLessThan(0);
    expect(storage).toHaveLength(before + 1);
  });
});

describe('a store that goes on failing', () => {
  it('ends the ledger, saying what is the matter with the table and no defect, and nothing is in the log', async () => {
    const full = new Error('Could not write file "results.duckdb.wal": No space left on device');
    const { ledger, storage } = await startLedger({
      store: (inner) => ({ ...inner, commit: () => Promise.reject(full) }),
    });
    await ledger.submit(submission('a'));
    const { events } = await ledger.submit({ type: 'grant-lease', worker: 'w', leaseId: 'l' });
    const lease = events.find((event) => event.type === 'trial-leased') as LeaseRef;
    const before = storage.length;
    await expect(ledger.ingest([deliveryOf(lease, 'w')])).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(ledger.failed).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('No space left on device'),
    });
    expect(storage).toHaveLength(before);
  });
});

describe('a coordinator that was replaced', () => {
  it('is refused by the log at its next write and ends; what waited is not done', async () => {
    const storage: string[] = [];
    const old = await startLedger({}, storage);
    await old.ledger.submit(submission('a'));
    const young = await startLedger({}, storage);
    const refused = expect(old.ledger.submit(submission('b'))).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(old.ledger.failed).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    await refused;
    expect(old.ledger.state.epoch).toBe(1);
    expect(young.ledger.state.epoch).toBe(2);
    expect((await young.ledger.submit(submission('c'))).sweepId).toBe('small-2');
  });
});

describe('a listener', () => {
  it('hears of durable events in order, and its errors hurt nobody', async () => {
    const { ledger } = await startLedger();
    const heard: string[] = [];
    ledger.onEvents(() => {
      throw new Error('a listener with a defect');
    });
    const stop = ledger.onEvents((events, state) =>
      heard.push(`${events.map(({ type }) => type).join()} ${state.sweeps.size}`),
    );
    await ledger.submit(submission('a'));
    await ledger.submit(submission('b'));
    stop();
    await ledger.submit(submission('c'));
    expect(heard).toEqual(['sweep-submitted 1', 'sweep-submitted 2']);
  });
});
