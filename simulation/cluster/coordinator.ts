import { runInBackground } from '../../coordinator/background.ts';
import { ingest } from '../../coordinator/ingestion/ingest.ts';
import { createElection } from '../../coordinator/leadership/election.ts';
import { takeLeadership } from '../../coordinator/leadership/take-leadership.ts';
import { createLedger, type Ledger } from '../../coordinator/ledger/ledger.ts';
import { createClusterSessions } from '../../coordinator/sessions/cluster-sessions.ts';
import { createSnapshotter } from '../../coordinator/snapshots/snapshotter.ts';
import { TickworkError } from '../../core/errors.ts';
import { SOFTWARE_VERSION } from '../../proto/protocol-version.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Checker } from '../check/checker.ts';
import { flawedClock, flawedIngestion, flawedLedger, flawedTableAndLog } from '../check/flawed-parts.ts';
import { flawedTakeover } from '../check/flawed-takeover.ts';
import type { Flaws } from '../check/planted-bugs.ts';
import { connectCoordinator } from '../nats/coordinator-link.ts';
import { openSimulatedEventLog } from '../nats/event-log.ts';
import { openSimulatedLeaderKey } from '../nats/leader-key.ts';
import type { NatsNetwork } from '../nats/nats-network.ts';
import { openSimulatedRecordStream } from '../nats/record-stream.ts';
import type { WorkNetwork } from '../network/work-network.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { StateFiles } from './state-files.ts';
import type { Table } from './table.ts';
import { watchedLedger } from './watched-ledger.ts';

export interface CoordinatorDeps {
  readonly process: Process;
  /** Where workers find it. */
  readonly address: string;
  /** Waits until nobody leads, and again when it was replaced. */
  readonly standby: boolean;
  readonly table: Table;
  readonly files: StateFiles;
  readonly nats: NatsNetwork;
  readonly work: WorkNetwork;
  readonly checker: Checker;
  readonly flaws: Flaws;
  readonly random: Random;
  readonly logger: Logger;
  readonly timings: { readonly leaseDurationMs: number; readonly heartbeatIntervalMs: number };
  /** For people who follow a run. */
  readonly remark?: (what: string) => void;
  /** The clock of the worker that this coordinator heard last. */
  readonly workersNow: () => number | undefined;
}

/** A coordinator's process: what coordinator/main.ts wires, on simulated adapters. */
export interface SimulatedCoordinator {
  /** Undefined unless it leads. */
  readonly ledger: Ledger | undefined;
  /** Resolves when it has ended, with the reason if there is one. Never once the process is dead. */
  readonly ended: Promise<unknown>;
  /** As SIGTERM. */
  stop(): void;
}

/** As the product's. */
const LEADERSHIP_LEASE_MS = 6_000;
/** Worlds are small. */
const SNAPSHOT_EVERY = 40;

export function startCoordinator(deps: CoordinatorDeps): SimulatedCoordinator {
  const { process, standby, table, files, nats, work, checker, flaws, random, logger, timings } = deps;
  const { clock, steadyClock } = process;
  const ending = new AbortController();
  const { signal } = ending;
  let ledger: Ledger | undefined;
  let leadership = 0;

  async function lead(): Promise<void> {
    const holder = `${process.name}/${++leadership}`;
    await using lifecycle = createLifecycle();
    const store = await table.open(process);
    lifecycle.add('table', store.close);
    const link = await connectCoordinator(nats, process, random);
    lifecycle.add('NATS', link.close);
    const log = openSimulatedEventLog({ link, process, writerId: holder });
    lifecycle.add('event log', log.close);
    const { identity } = files;
    const snapshots = files.snapshots(process);
    const taking = {
      election: createElection({
        ...{ key: openSimulatedLeaderKey(link, table.name), holder: identity.id, process: holder, clock: steadyClock },
        ...{ leaseMs: LEADERSHIP_LEASE_MS, logger },
      }),
      ...{ standby, identity, log, store, snapshots, holder, clock, logger, signal },
      saveIdentity: (changed: typeof identity) => files.saveIdentity(process, changed),
      openRecords: () => openSimulatedRecordStream(link, process, table.name),
    };
    const takeover = await takeLeadership(flawedTakeover(flaws, taking, () => checker.log.state));
    if (takeover === undefined) return;
    const { state, records } = takeover;
    lifecycle.add('leadership', takeover.leadership.release);
    lifecycle.add('record stream', records.close);
    deps.remark?.(`${holder} leads, epoch ${state.epoch}`);
    checker.leads(process, holder, state, table.rows);

    const deciding = createLedger({
      initial: state,
      ...flawedTableAndLog(flaws, store, log),
      ...{ clock, random: process.random, costOf: () => 1, logger },
    });
    const snapshotter = createSnapshotter({
      ...{ ledger: deciding, log, folder: snapshots, clock, logger, every: SNAPSHOT_EVERY },
    });
    lifecycle.add('snapshots', snapshotter.close);
    lifecycle.add('ledger', deciding.close);
    let leases = 0;
    const sessions = createClusterSessions({
      ledger: watchedLedger(flawedLedger(flaws, deciding), process, checker),
      store,
      clock: flawedClock(flaws, steadyClock, deps.workersNow),
      newLeaseId: () => `${holder}-lease-${++leases}`,
      ...timings,
      welcome: { natsServers: ['nats:4222'], natsNamespace: 'simulation', coordinatorVersion: SOFTWARE_VERSION },
      canDecide: () => link.connected,
      // Half of the trials here are short by this measure.
      queuePolicy: { shortMs: 8_000, aheadMs: 8_000 },
      onAssigned: () => {},
      onExpired: () => {},
      logger,
    });
    const ingestion = flawedIngestion(flaws, {
      ...{ records, ledger: deciding, receipt: sessions.receipt, clock, logger },
      onReceived: () => {},
      onSettled: () => {},
    });
    const background = runInBackground([(over) => ingest(ingestion, over), sessions.reap], deciding.failed);
    lifecycle.add('background', () => background.ended);
    lifecycle.add('serving', work.serve(deps.address, process, sessions.accept));
    ledger = deciding;
    lifecycle.add('readiness', async () => {
      ledger = undefined;
      background.stop();
      await deciding.close();
    });
    await Promise.race([aborted(signal), deciding.failed, background.failed, takeover.leadership.lost]);
  }

  async function run(): Promise<void> {
    for (;;) {
      try {
        return await lead();
      } catch (error) {
        const replaced = error instanceof TickworkError && error.code === 'LOG_CONFLICT';
        if (!standby || !replaced || signal.aborted) throw error;
        deps.remark?.(`${process.name} was replaced`);
      }
    }
  }

  return {
    get ledger() {
      return ledger;
    },
    ended: run().catch((error: unknown) => error),
    stop: () => ending.abort(),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
