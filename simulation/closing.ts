import type { Checker } from './check/checker.ts';
import { checkTable } from './check/final-checks.ts';
import { checkFollowed } from './check/followed-table.ts';
import type { CoordinatorSite } from './cluster/coordinator-site.ts';
import type { User } from './cluster/user.ts';
import type { WorkerSite } from './cluster/worker-site.ts';
import type { JetStream } from './nats/jetstream.ts';
import type { Progress } from './progress.ts';
import type { Scheduler } from './time/scheduler.ts';

export interface ClosingDeps {
  readonly scheduler: Scheduler;
  readonly checker: Checker;
  readonly progress: Progress;
  readonly coordinators: readonly CoordinatorSite[];
  readonly workers: readonly WorkerSite[];
  readonly streams: JetStream;
  readonly user: User;
  /** When the faults are over, virtual ms. */
  readonly calmAt: number;
  /** How long after the last sweep every outbox is empty, ms. */
  readonly receiptsMs: number;
}

/** Once the faults are over, something becomes durable at least this often until all sweeps have ended. */
const STUCK_MS = 450_000;
/** One worker with slow trials may be all that is left; that it goes on for ever must still be noticed. */
const ENDLESS_MS = 4 * 3_600_000;
/** Long enough for an append under way to be answered. */
const QUIET_MS = 5_500;
/** From the death of a leader until the other one leads: its claim runs out by a slow clock, and a redelivery of JetStream. */
const TAKEOVER_MS = 90_000;

/**
 * Looks once a second, from now on, whether all is done, or too late, and stops the world. Where there is a standby, the leader dies
 * once more when all is done: whoever takes over has the whole table.
 */
export function watchTheEnd(deps: ClosingDeps): void {
  const { scheduler, checker, progress, coordinators, workers, streams, user, calmAt, receiptsMs } = deps;
  const { violations } = checker;
  let finishedAt: number | undefined;

  const sweeps = () => [...checker.log.state.sweeps.values()];
  const leader = (): CoordinatorSite | undefined => {
    const leading = coordinators.filter(({ ledger }) => ledger);
    return leading.length === 1 ? leading[0] : undefined;
  };
  const isReady = ({ name, process }: CoordinatorSite): boolean =>
    process.state === 'running' && streams.backlog(name) === 0;

  function look(): void {
    if (violations.enough) return scheduler.stop();
    const done = user.waiting === 0 && sweeps().length > 0 && sweeps().every(({ status }) => status !== 'active');
    if (done) finishedAt ??= scheduler.now;
    const waiting = workers.filter(
      (worker) => !worker.gone && (worker.outboxSize > 0 || worker.process.state !== 'running'),
    );
    const behind = coordinators.filter((site) => !isReady(site));
    const quiet = scheduler.now > progress.lastAt + QUIET_MS;
    const leads = leader();
    if (done && quiet && waiting.length + behind.length === 0 && leads) return finish(leads);
    const stuck = scheduler.now > Math.max(calmAt, progress.lastAt) + STUCK_MS || scheduler.now > ENDLESS_MS;
    if (!done && stuck) {
      const left = sweeps().map(({ id, counts }) => `${id} ${JSON.stringify(counts)}`);
      return fail('every sweep ends', left.join('; '));
    }
    if (finishedAt !== undefined && scheduler.now > finishedAt + receiptsMs) {
      const names = waiting.map((worker) => `${worker.name}: ${[...worker.durableIds()].slice(0, 3).join(', ')}`);
      if (names.length > 0) return fail('every receipt arrives', `without one: ${names.join('; ')}`);
      const tables = behind.map(({ name, process }) => `${name}, ${process.state}, lacks ${streams.nextOf(name)}`);
      const leading = coordinators.filter(({ ledger }) => ledger).map(({ name }) => name);
      return fail('every table becomes whole', `${leading.join(' and ') || 'nobody'} leads; ${tables.join('; ')}`);
    }
    scheduler.schedule(1_000, look);
  }

  function fail(promise: string, message: string): void {
    violations.add(promise, message);
    scheduler.stop();
  }

  /** Everything is where it belongs, in the leader's table and in that of whoever follows. */
  function finish(leads: CoordinatorSite): void {
    checkLeader(leads);
    checker.records.atTheEnd(
      coordinators.map(({ name }) => name),
      new Set(workers.filter(({ gone }) => gone).map(({ name }) => name)),
    );
    const standby = coordinators.find((site) => site !== leads);
    if (standby === undefined) return scheduler.stop();
    for (const sweep of sweeps()) checkFollowed(sweep, standby.table.rows, violations);
    leads.leave();
    const deadline = scheduler.now + TAKEOVER_MS;
    function lookAgain(): void {
      if (leader() === standby) {
        checkLeader(standby as CoordinatorSite);
        scheduler.stop();
      } else if (scheduler.now > deadline) fail('a standby takes over', `${standby?.name} does not lead`);
      else scheduler.schedule(1_000, lookAgain);
    }
    lookAgain();
  }

  function checkLeader({ process, ledger, table }: CoordinatorSite): void {
    for (const sweep of sweeps()) checkTable(sweep, table.rows, violations);
    // A leader that decides nothing does not notice that the log was taken from it, by an append of one that has lost the key meanwhile.
    if (ledger && ledger.state.holder === checker.log.state.holder)
      checker.log.compare(`${process.name} at the end`, ledger.state, 'now');
  }

  look();
}
