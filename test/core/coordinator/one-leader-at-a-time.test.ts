import { describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryLeaderKey } from '../../../coordinator/adapters/memory/leader-key.ts';
import { createMemoryRecordStream } from '../../../coordinator/adapters/memory/record-stream.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { createElection, type Leadership } from '../../../coordinator/leadership/election.ts';
import { takeLeadership } from '../../../coordinator/leadership/take-leadership.ts';
import type { EventLog, LeaderKey } from '../../../coordinator/ports.ts';
import { openSnapshotFolder } from '../../../coordinator/snapshots/snapshot-folder.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { deferred } from '../../../runtime/deferred.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LEASE_MS = 5_000;
const logger = createLogger('test', 'silent');

/** Machines whose clocks stand until a test moves them; a machine that is paused does not wake. */
function createMachines() {
  interface Sleeper {
    readonly machine: string;
    readonly at: number;
    readonly wake: () => void;
  }
  let now = 0;
  let sleepers: Sleeper[] = [];
  const paused = new Set<string>();
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  return {
    paused,
    clock: (machine: string, skewMs = 0) => ({
      now: () => now + skewMs,
      sleep(ms: number, signal?: AbortSignal) {
        const { promise, resolve } = deferred<void>();
        sleepers.push({ machine, at: now + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve());
        return promise;
      },
    }),
    async pass(ms: number): Promise<void> {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = sleepers
          .filter(({ at, machine }) => at <= end && !paused.has(machine))
          .toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = end;
      await settle();
    },
  };
}

function createWorld(key: LeaderKey = createMemoryLeaderKey()) {
  const machines = createMachines();
  const leads = new Map<string, Leadership>();
  const lost: string[] = [];
  function join(name: string, { holder = name, standby = true, skewMs = 0, through = key } = {}): AbortController {
    const ending = new AbortController();
    const clock = machines.clock(name, skewMs);
    const election = createElection({ key: through, holder, process: name, clock, leaseMs: LEASE_MS, logger });
    void election.campaign(standby, ending.signal).then((leadership) => {
      if (!leadership) return;
      leads.set(name, leadership);
      leadership.lost.catch((error: { code: string }) => {
        leads.delete(name);
        lost.push(`${name} ${error.code}`);
      });
    });
    return ending;
  }
  return { machines, join, lost, leads, leaders: () => [...leads.keys()] };
}

describe('coordinators that stand by', () => {
  it('let one lead, for as long as it renews, whatever their clocks say', async () => {
    const world = createWorld();
    world.join('a');
    await world.machines.pass(1_000);
    world.join('b', { skewMs: 3_600_000 });
    world.join('c', { skewMs: -3_600_000 });
    await world.machines.pass(20 * LEASE_MS);
    expect(world.leaders()).toEqual(['a']);
  });

  it('take over from one that is gone, one of them and not before its claim has run out', async () => {
    const world = createWorld();
    world.join('a');
    await world.machines.pass(1_000);
    world.join('b');
    world.join('c');
    await world.machines.pass(2_000);
    world.machines.paused.add('a');
    await world.machines.pass(LEASE_MS - 1_000);
    expect(world.leaders()).toEqual(['a']);
    await world.machines.pass(LEASE_MS);
    expect(world.leaders().filter((name) => name !== 'a')).toHaveLength(1);
  });

  it('tell the one that was paused that it leads no more, though it decides nothing', async () => {
    const world = createWorld();
    world.join('a');
    await world.machines.pass(1_000);
    world.join('b');
    world.machines.paused.add('a');
    await world.machines.pass(3 * LEASE_MS);
    world.machines.paused.delete('a');
    await world.machines.pass(LEASE_MS);
    expect(world.leaders()).toEqual(['b']);
    expect(world.lost).toEqual(['a LOG_CONFLICT']);
  });

  it('need not wait for one that ends in order', async () => {
    const world = createWorld();
    world.join('a');
    await world.machines.pass(1_000);
    world.join('b');
    await world.machines.pass(1_000);
    const releasing = world.leads.get('a')?.release();
    await world.machines.pass(LEASE_MS / 5);
    await releasing;
    expect(world.leaders()).toContain('b');
  });

  it('come back to their own claim at once', async () => {
    const world = createWorld();
    world.join('a', { holder: 'directory' });
    await world.machines.pass(1_000);
    world.machines.paused.add('a');
    world.join('a-again', { holder: 'directory' });
    await world.machines.pass(1);
    expect(world.leaders()).toContain('a-again');
  });

  it('stay where they are while the key cannot be reached, and when an answer was lost', async () => {
    const key = createMemoryLeaderKey();
    let away = false;
    let loseAnswers = false;
    const unsure: LeaderKey = {
      async read() {
        if (away) throw new Error('away');
        return key.read();
      },
      async write(claim, after) {
        if (away) throw new Error('away');
        const revision = await key.write(claim, after);
        if (loseAnswers) throw new Error('no answer');
        return revision;
      },
    };
    const world = createWorld(unsure);
    world.join('a');
    await world.machines.pass(1_000);
    world.join('b');
    away = true;
    await world.machines.pass(10 * LEASE_MS);
    away = false;
    loseAnswers = true;
    await world.machines.pass(LEASE_MS / 2);
    loseAnswers = false;
    await world.machines.pass(2 * LEASE_MS);
    expect(world.leaders()).toHaveLength(1);
    expect(world.lost.length).toBeLessThanOrEqual(1);
  });
});

describe('a standby whose log does not answer', () => {
  it('ends all the same when it is told to', async () => {
    await using home = await temporaryFolder();
    const key = createMemoryLeaderKey();
    await key.write({ holder: 'leader', process: 'leader', renewals: 0, released: false }, 0);
    const signal = new AbortController();
    const asked = deferred<void>();
    const log: EventLog = {
      ...createMemoryEventLog(),
      async *replay() {
        asked.resolve();
        await new Promise<never>(() => {});
        yield [];
      },
    };
    const election = { key, holder: 'standby', process: 'standby', clock: systemClock, leaseMs: 60_000, logger };
    const taking = takeLeadership({
      election: createElection(election),
      standby: true,
      identity: { id: 'standby', ledEpoch: 0 },
      saveIdentity: async () => {},
      log,
      store: createMemoryResultStore(),
      snapshots: await openSnapshotFolder(home.path, logger),
      openRecords: async () => createMemoryRecordStream(),
      holder: 'standby',
      clock: systemClock,
      logger,
      signal: signal.signal,
    });
    await asked.promise;
    signal.abort();
    expect(await taking).toBeUndefined();
  });
});

describe('a coordinator that does not stand by', () => {
  it('takes the leadership from whoever has it', async () => {
    const world = createWorld();
    world.join('a');
    await world.machines.pass(1_000);
    world.join('b', { standby: false });
    await world.machines.pass(LEASE_MS);
    expect(world.leaders()).toEqual(['b']);
    expect(world.lost).toEqual(['a LOG_CONFLICT']);
  });
});
