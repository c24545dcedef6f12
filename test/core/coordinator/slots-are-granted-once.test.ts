import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Lease } from '../../../proto/generated/tickwork/v1/Lease.ts';
import {
  ended,
  HEARTBEAT_MS,
  LEASE_MS,
  release,
  type SpokenWorker,
  startSessions,
} from '../../support/still-sessions.ts';
import { smallStudy } from '../../support/studies.ts';

describe('a slot', () => {
  it('is given one cell, however often there is a reason to look', async () => {
    const { connect, sessions, counts } = await startSessions();
    const worker = connect({ slots: 2 });
    for (let i = 0; i < 5; i++) worker.beat();
    await settled();
    for (let i = 0; i < 5; i++) worker.beat(...worker.leases);
    await settled();
    expect(worker.leases).toHaveLength(2);
    expect(counts()).toMatchObject({ leased: 2, pending: 2 });
    expect(sessions.freeSlots(sessions.registry.connected()[0] as never)).toBe(0);
  });

  it('that becomes free while another is being filled is filled too, without waiting for a heartbeat', async () => {
    const { connect, holdLog } = await startSessions();
    const worker = connect({ slots: 2 });
    await settled();
    const [first, second] = worker.leases as [Lease, Lease];
    const open = holdLog();
    // Both in one turn with the grant that the first of them causes.
    worker.say(release(first));
    worker.say(release(second));
    await open();
    expect(worker.leases).toHaveLength(4);
  });

  it('that has its cell costs nothing while others are filled', async () => {
    const { connect } = await startSessions(['A', 'B', 'C', 'D', 'E']);
    const [first, ...busy] = [1, 2, 3, 4].map((i) => connect({ worker: `w${i}` })) as [SpokenWorker, ...SpokenWorker[]];
    await settled();
    const before = busy.map(({ timesAsked }) => timesAsked);
    first.say(release(first.leases[0] as Lease));
    await settled();
    first.beat(...first.leases.slice(1));
    await settled();
    expect(first.leases).toHaveLength(2);
    expect(busy.map(({ timesAsked }) => timesAsked)).toEqual(before);
  });

  it('of a stream that was replaced while its grant was decided goes to nobody, and its cell to the new stream', async () => {
    const { connect, holdLog, counts } = await startSessions(['A']);
    const before = connect({ slots: 1 });
    const open = holdLog();
    await Promise.resolve();
    const after = connect({ slots: 1 });
    await open();
    await settled();
    expect(before.leases).toEqual([]);
    expect(after.leases).toHaveLength(1);
    expect(counts()).toMatchObject({ leased: 1, pending: 0, failed: 0 });
  });

  it('of a stream that broke in that moment is not lost for the lease: the cell waits for the next worker', async () => {
    const { connect, holdLog, counts } = await startSessions(['A']);
    const broken = connect();
    await settled();
    broken.say(release(broken.leases[0] as Lease));
    const open = holdLog();
    broken.breakOff();
    await open();
    await settled();
    expect(counts()).toMatchObject({ leased: 0, pending: 1 });
  });

  it('of a worker that was told to stop is free when it says so, or is silent about the lease for two heartbeats', async () => {
    const { connect, ledger } = await startSessions(['A']);
    const worker = connect();
    await settled();
    const [lease] = worker.leases as [Lease];
    await ledger.submit({ type: 'cancel-sweep', requestId: 'c', sweepId: 'small-1' });
    await ledger.submit({
      type: 'submit-sweep',
      requestId: 'r2',
      study: smallStudy({ name: 'next', configs: ['A', 'B'] }),
      studyYaml: '',
      total: 2,
    });
    await settled();
    expect(worker.stopped).toEqual([lease.leaseId]);
    // Written before the order came.
    worker.beat();
    await settled();
    expect(worker.leases).toHaveLength(1);
    worker.beat();
    await settled();
    expect(worker.leases).toHaveLength(2);
  });

  it('of a silent or draining worker is given nothing', async () => {
    const { connect, advance, ledger } = await startSessions(['A']);
    const silent = connect();
    await settled();
    silent.say(release(silent.leases[0] as Lease));
    await advance(0);
    const held = silent.leases.length;
    await advance(2 * HEARTBEAT_MS + 1);
    await ledger.submit({
      type: 'submit-sweep',
      requestId: 'r2',
      study: smallStudy({ name: 'next' }),
      studyYaml: '',
      total: 2,
    });
    silent.say({ heartbeat: { sequence: 2, running: [], outboxRecords: 0, draining: true } as never });
    await settled();
    expect(silent.leases).toHaveLength(held);
  });

  it('is not given a cell that is cancelled in the very turn that grants it', async () => {
    const { connect, holdLog, ledger, counts } = await startSessions(['A']);
    const open = holdLog();
    const worker = connect();
    const cancelled = ledger.submit({ type: 'cancel-sweep', requestId: 'c', sweepId: 'small-1' });
    await open();
    await cancelled;
    await settled();
    expect(worker.leases.filter(({ leaseId }) => !worker.stopped.includes(leaseId as string))).toEqual([]);
    expect(counts()).toMatchObject({ cancelled: 1, leased: 0 });
  });
});

describe('a slot whose trial has ended', () => {
  it('is given the next cell before the record of the last is in the table', async () => {
    const { connect, counts } = await startSessions();
    const worker = connect();
    await settled();
    worker.say(ended(worker.leases[0] as Lease, 60_000));
    await settled();
    expect(worker.leases).toHaveLength(2);
    expect(counts()).toMatchObject({ leased: 2, pending: 2 });
  });

  it('is free for the coordinator that comes next too', async () => {
    const { connect } = await startSessions();
    const before = connect();
    await settled();
    const [lease] = before.leases as [Lease];
    const after = connect({ inFlight: [lease], ended: [lease] } as never);
    await settled();
    expect(after.leases).toHaveLength(1);
  });

  it('says nothing of another lease', async () => {
    const { connect } = await startSessions();
    const worker = connect();
    await settled();
    worker.say(ended({ ...(worker.leases[0] as Lease), leaseId: 'another' }, 1));
    await settled();
    expect(worker.leases).toHaveLength(1);
  });
});

describe('the queue before the slots', () => {
  it('is filled when trials are short, up to what the worker takes, and not when they are long', async () => {
    const { connect } = await startSessions(['A', 'A-LRN', 'B', 'C', 'D', 'E']);
    const worker = connect({ queue: 3 });
    await settled();
    expect(worker.leases).toHaveLength(1);
    worker.say(ended(worker.leases[0] as Lease, 5));
    await settled();
    expect(worker.leases).toHaveLength(1 + 1 + 3);

    const other = await startSessions();
    const slow = other.connect({ queue: 3 });
    await settled();
    slow.say(ended(slow.leases[0] as Lease, 5_000));
    await settled();
    expect(slow.leases).toHaveLength(2);
  });

  it('waits until no worker has a free slot', async () => {
    const { connect } = await startSessions(['A', 'A-LRN', 'B', 'C']);
    const quick = connect({ worker: 'quick', queue: 2 });
    const other = connect({ worker: 'other' });
    await settled();
    quick.say(ended(quick.leases[0] as Lease, 5));
    other.say(ended(other.leases[0] as Lease, 5_000));
    await settled();
    expect([quick.leases, other.leases].map(({ length }) => length)).toEqual([2, 2]);
  });

  it('is taken back when the sweep is paused, but for what has begun', async () => {
    const { connect, ledger, counts } = await startSessions();
    const worker = connect({ queue: 2 });
    await settled();
    worker.say(ended(worker.leases[0] as Lease, 5));
    await settled();
    const [, running, ...queued] = worker.leases as [Lease, Lease, ...Lease[]];
    worker.say({ started: { lease: running } as never });
    await settled();
    await ledger.submit({ type: 'pause-sweep', requestId: 'p', sweepId: 'small-1' });
    await settled();
    const recalled = worker.received.flatMap(({ stop }) => (stop?.unlessBegun ? [stop.lease?.leaseId] : []));
    expect(recalled).toEqual(queued.map(({ leaseId }) => leaseId));
    for (const lease of queued) worker.say(release(lease));
    await settled();
    expect(counts()).toMatchObject({ running: 1, leased: 1, pending: 2 });
  });

  it('is not filled again by a worker that gave something of it back unbegun', async () => {
    const { connect } = await startSessions(['A', 'A-LRN', 'B', 'C', 'D', 'E']);
    const worker = connect({ queue: 2 });
    await settled();
    worker.say(ended(worker.leases[0] as Lease, 5));
    await settled();
    expect(worker.leases).toHaveLength(4);
    for (const lease of worker.leases.slice(2)) worker.say(release(lease));
    await settled();
    expect(worker.leases).toHaveLength(4);
  });
});

describe('a heartbeat', () => {
  it('is heard while the log is away: no lease ends by what could not be written', async () => {
    const { connect, holdLog, advance, sessions } = await startSessions(['A']);
    const worker = connect();
    await settled();
    const [lease] = worker.leases as [Lease];
    const open = holdLog();
    worker.say({ started: { lease } as never });
    await advance(LEASE_MS);
    worker.beat(lease);
    expect(sessions.book.expired(LEASE_MS + 1, LEASE_MS)).toEqual([]);
    await open();
  });
});

describe('the time in which the coordinator itself stood still', () => {
  it('is nobody\u2019s silence', async () => {
    const { connect, advance, reap, counts } = await startSessions(['A']);
    const worker = connect();
    await settled();
    const ending = new AbortController();
    const reaping = reap(ending.signal);
    await settled();
    // Stopped for an hour; the heartbeats of that time come after the timers.
    await advance(3_600_000);
    expect(counts()).toMatchObject({ leased: 1 });
    worker.beat(worker.leases[0] as Lease);
    for (let i = 0; i < 12; i++) await advance(LEASE_MS / 10);
    expect(counts()).toMatchObject({ leased: 0 });
    expect(worker.stopped).toEqual(['lease-1']);
    ending.abort();
    await reaping;
  });
});
