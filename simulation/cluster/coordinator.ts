import { runInBackground } from '../../coordinator/background.ts';
import { ingest } from '../../coordinator/ingestion/ingest.ts';
import { createLedger, type Ledger } from '../../coordinator/ledger/ledger.ts';
import { recover } from '../../coordinator/ledger/recover.ts';
import { createClusterSessions } from '../../coordinator/sessions/cluster-sessions.ts';
import { SOFTWARE_VERSION } from '../../proto/protocol-version.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Checker } from '../check/checker.ts';
import {
  flawedClock,
  flawedIngestion,
  flawedLedger,
  flawedRecovery,
  flawedStart,
  flawedTableAndLog,
} from '../check/flawed-parts.ts';
import type { Flaws } from '../check/planted-bugs.ts';
import { connectCoordinator } from '../nats/coordinator-link.ts';
import { openSimulatedEventLog } from '../nats/event-log.ts';
import type { NatsNetwork } from '../nats/nats-network.ts';
import { openSimulatedRecordStream } from '../nats/record-stream.ts';
import type { WorkNetwork } from '../network/work-network.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Table } from './table.ts';

export interface CoordinatorDeps {
  readonly process: Process;
  readonly table: Table;
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
  /** Undefined until it leads. */
  readonly ledger: Ledger | undefined;
  /** Resolves when it has ended by itself, with the reason. Never once the process is dead. */
  readonly ended: Promise<unknown>;
  /** As after SIGTERM. */
  stop(): Promise<void>;
}

export function startCoordinator(deps: CoordinatorDeps): SimulatedCoordinator {
  const { process, table, nats, work, checker, flaws, random, logger, timings } = deps;
  let ledger: Ledger | undefined;
  let release = async (): Promise<void> => {};
  let leases = 0;

  async function run(): Promise<unknown> {
    const store = await table.open(process);
    release = store.close;
    const link = await connectCoordinator(nats, process, random);
    const log = openSimulatedEventLog({ link, process, writerId: process.name });
    const records = await openSimulatedRecordStream(link, process);

    const succeeded = (): number =>
      [...checker.log.state.sweeps.values()].reduce((sum, sweep) => sum + sweep.counts.succeeded, 0);
    const { state } = await recover(flawedStart(flaws, log), flawedRecovery(flaws, store, succeeded), {
      holder: process.name,
      now: process.clock.now(),
    });
    deps.remark?.(`${process.name} leads, epoch ${state.epoch}`);
    checker.leads(process, state);

    const deciding = createLedger({
      initial: state,
      ...flawedTableAndLog(flaws, store, log),
      clock: process.clock,
      random: process.random,
      costOf: () => 1,
      logger,
    });
    ledger = deciding;
    const watched = watchedLedger(flawedLedger(flaws, deciding), process, checker);
    const sessions = createClusterSessions({
      ledger: watched,
      store,
      clock: flawedClock(flaws, process.steadyClock, deps.workersNow),
      newLeaseId: () => `${process.name}-lease-${++leases}`,
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
      ...{ records, ledger: deciding, receipt: sessions.receipt, clock: process.clock, logger },
      onReceived: () => {},
      onSettled: () => {},
    });
    const background = runInBackground([(ending) => ingest(ingestion, ending), sessions.reap], deciding.failed);
    work.serve(process, sessions.accept);
    release = async () => {
      background.stop();
      await deciding.close();
      await background.ended;
      await store.close();
    };
    return Promise.race([deciding.failed, background.failed]).catch((error: unknown) => error);
  }

  return {
    get ledger() {
      return ledger;
    },
    ended: run().catch((error: unknown) => error),
    stop: () => release(),
  };
}

/** Tells the checker of each lease that is about to be taken back for silence. */
function watchedLedger(ledger: Ledger, process: Process, checker: Checker): Ledger {
  return {
    ...ledger,
    get state() {
      return ledger.state;
    },
    submit(command, options) {
      if (command.type !== 'lose-attempt') return ledger.submit(command, options);
      const { lease, message } = command;
      checker.log.mayEnd(lease.leaseId);
      if (!message.startsWith('lease expired')) return ledger.submit(command, options);
      const wanted = options?.wanted;
      if (wanted === undefined) {
        return ledger.submit(command, options).then((accepted) => {
          checker.leases.expires(process, lease);
          return accepted;
        });
      }
      return ledger.submit(command, {
        ...options,
        wanted() {
          const answer = wanted();
          if (answer) checker.leases.expires(process, lease);
          return answer;
        },
      });
    },
  };
}
