import { setImmediate as settled } from 'node:timers/promises';
import { createMemoryEventLog } from '../../coordinator/adapters/memory/event-log.ts';
import { createMemoryResultStore } from '../../coordinator/adapters/memory/result-store.ts';
import { createLedger } from '../../coordinator/ledger/ledger.ts';
import type { EventLog } from '../../coordinator/ports.ts';
import { createClusterSessions } from '../../coordinator/sessions/cluster-sessions.ts';
import type { WorkConnection, WorkListener } from '../../coordinator/sessions/work-connection.ts';
import { ANYONE } from '../../core/access/identity.ts';
import { EMPTY_CLUSTER } from '../../core/sweep/state.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { PROTOCOL_VERSION } from '../../proto/protocol-version.ts';
import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';
import { createLogger } from '../../runtime/logger.ts';
import { smallStudy } from './studies.ts';

export const HEARTBEAT_MS = 1_000;
export const LEASE_MS = 10_000;
const logger = createLogger('test', 'silent');

/** A clock that stands still until it is moved, and wakes its sleepers then. */
function createStillClock() {
  let now = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        sleepers.add({ at: now + ms, wake });
        signal?.addEventListener('abort', wake);
      }),
  };
  async function advance(ms: number): Promise<void> {
    now += ms;
    for (const sleeper of [...sleepers]) {
      if (sleeper.at > now) continue;
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    await settled();
  }
  return { clock, advance };
}

/** A worker's side of its connection, as a test speaks for it. */
export interface SpokenWorker {
  readonly received: readonly CoordinatorMessage[];
  readonly leases: readonly Lease[];
  readonly stopped: readonly string[];
  /** How often it was looked at whether its connection is open. */
  readonly timesAsked: number;
  say(message: Partial<WorkerMessage>): void;
  beat(...running: readonly Lease[]): void;
  breakOff(): void;
}

/** A coordinator's sessions over a log in memory that a test can hold back, with a sweep of one cell for each configuration. */
export async function startSessions(configs: readonly string[] = ['A', 'B', 'C', 'D']) {
  const { clock, advance } = createStillClock();
  const inner = createMemoryEventLog();
  let gate: Promise<void> = Promise.resolve();
  const log: EventLog = {
    replay: () => inner.replay(),
    append: async (events) => {
      await gate;
      await inner.append(events);
    },
    confirm: () => inner.confirm(),
    batchId: (sequence) => inner.batchId(sequence),
    get lastSequence() {
      return inner.lastSequence;
    },
    close: () => inner.close(),
  };
  const store = createMemoryResultStore();
  const ledger = createLedger({
    initial: { ...EMPTY_CLUSTER, epoch: 1 },
    log,
    store,
    clock,
    random: () => 0,
    costOf: () => 1,
    logger,
  });
  let leaseNumber = 0;
  const sessions = createClusterSessions({
    ledger,
    store,
    clock,
    newLeaseId: () => `lease-${++leaseNumber}`,
    leaseDurationMs: LEASE_MS,
    heartbeatIntervalMs: HEARTBEAT_MS,
    welcome: { natsServers: [], natsNamespace: 'test', coordinatorVersion: 'test' },
    canDecide: () => true,
    onAssigned: () => undefined,
    onExpired: () => undefined,
    logger,
  });
  await ledger.submit({
    type: 'submit-sweep',
    requestId: 'r',
    study: smallStudy({ configs }),
    studyYaml: '',
    total: configs.length,
  });

  function connect(hello: Partial<Hello> = {}): SpokenWorker {
    const received: CoordinatorMessage[] = [];
    let open = true;
    let timesAsked = 0;
    let listener: WorkListener | undefined;
    const close = (): void => {
      if (!open) return;
      open = false;
      listener?.onClosed();
    };
    const connection: WorkConnection = {
      identity: ANYONE,
      get open() {
        timesAsked++;
        return open;
      },
      send(message) {
        if (open) received.push(message);
        return open;
      },
      end: close,
    };
    listener = sessions.accept(connection);
    const say = (message: Partial<WorkerMessage>): void =>
      void listener.onMessage({ message: Object.keys(message)[0], ...message } as WorkerMessage);
    say({
      hello: {
        worker: 'w',
        protocolVersion: PROTOCOL_VERSION,
        softwareVersion: '',
        slots: 1,
        devices: [],
        labels: {},
        allowedCommands: [],
        inFlight: [],
        ended: [],
        queue: 0,
        host: 'h',
        pid: 1,
        ...hello,
      } as Hello,
    });
    return {
      received,
      get leases() {
        return received.flatMap(({ assignment }) => (assignment?.lease ? [assignment.lease] : []));
      },
      get stopped() {
        return received.flatMap(({ stop }) => (stop?.lease?.leaseId ? [stop.lease.leaseId] : []));
      },
      get timesAsked() {
        return timesAsked;
      },
      say,
      beat: (...running) =>
        say({
          heartbeat: {
            sequence: 1,
            running: running.map((lease) => ({ lease, progress: null })),
            outboxRecords: 0,
            draining: false,
          } as never,
        }),
      breakOff: close,
    };
  }

  return {
    ledger,
    sessions,
    connect,
    advance,
    /** Holds every append back until the returned function is called. */
    holdLog(): () => Promise<void> {
      const held = deferred<void>();
      gate = held.promise;
      return async () => {
        held.resolve();
        gate = Promise.resolve();
        await settled();
      };
    },
    reap: (signal: AbortSignal) => sessions.reap(signal),
    counts: () => [...ledger.state.sweeps.values()][0]?.counts,
  };
}

export const release = (lease: Lease, kind = 'FAILURE_KIND_PREEMPTED') =>
  ({ released: { lease, kind, message: '' } }) as Partial<WorkerMessage>;

export const ended = (lease: Lease, durationMs: number) => ({ ended: { lease, durationMs } }) as Partial<WorkerMessage>;
