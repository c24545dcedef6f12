import { createHash } from 'node:crypto';
import type { Logger } from '../runtime/logger.ts';
import { type Checker, createChecker } from './check/checker.ts';
import { assignmentsTwice } from './check/flawed-parts.ts';
import type { Flaws } from './check/planted-bugs.ts';
import { watchTheEnd } from './closing.ts';
import { type CoordinatorSite, createCoordinatorSite } from './cluster/coordinator-site.ts';
import { hasStandby } from './cluster/standby.ts';
import { createTable } from './cluster/table.ts';
import { createUser } from './cluster/user.ts';
import { createWorkerSite, type WorkerSite } from './cluster/worker-site.ts';
import { calm, injectFault, type Stage } from './faults/inject.ts';
import type { Fault } from './faults/plan.ts';
import { createJetStream } from './nats/jetstream.ts';
import { createNatsSite } from './nats/nats-site.ts';
import { createTopology } from './network/topology.ts';
import type { WorkCodec } from './network/work-messages.ts';
import { createWorkNetwork } from './network/work-network.ts';
import { createProgress, type Progress } from './progress.ts';
import { createRandom } from './random.ts';
import { createMachine } from './time/machine.ts';
import { createProcess } from './time/process.ts';
import { createScheduler } from './time/scheduler.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly plan: readonly Fault[];
  readonly flaws: Flaws;
  readonly codec: WorkCodec;
  readonly logger: Logger;
  /** Told of everything that happens, for people. */
  readonly tell?: (line: string) => void;
}

export interface WorldEnd {
  readonly checker: Checker;
  readonly progress: Progress;
  /** Events that happened. */
  readonly steps: number;
  readonly virtualMs: number;
  readonly repeatedRows: number;
  readonly standby: boolean;
  /** Leaderships that another coordinator had before. */
  readonly takeovers: number;
  /** Messages dropped, doubled or delayed. */
  readonly disturbed: number;
  /** Equal for equal runs. */
  readonly trace: string;
}

const LEASE_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** From the end of the last sweep until every outbox is empty: a reconciliation, or a redelivery of JetStream. */
const RECEIPTS_MS = 75_000;
/** What JetStream has forgotten is published again, the first time past the duplicate window at the third try. */
const REPUBLISHED_MS = 420_000;

/** One cluster from its first process to an empty outbox. The same options give the same end. */
export async function runWorld({ seed, plan, flaws, codec, logger, tell }: WorldOptions): Promise<WorldEnd> {
  const scheduler = createScheduler();
  const random = (...path: readonly (string | number)[]) => createRandom(seed, ...path);
  const cast = random('cast');
  const machine = (name: string) =>
    createMachine(scheduler, name, cast.chance(0.5) ? 1 : cast.between(0.85, 1.2), cast.between(-600_000, 600_000));

  const topology = createTopology();
  const checker = createChecker(() => scheduler.now, LEASE_MS);
  const { violations } = checker;
  const trace = createHash('sha256');
  /** Part of the trace that two equal runs share. */
  function note(what: string): void {
    trace.update(`${scheduler.now} ${what}\n`);
    remark?.(what);
  }
  const remark = tell && ((what: string): void => tell(`${(scheduler.now / 1000).toFixed(3).padStart(10)} ${what}`));
  const onDefect = (who: string, reason: unknown): void =>
    violations.add('no process ends by a defect', `${who}: ${String(reason)}`);

  const workers: WorkerSite[] = [];
  const isOnDisk = (worker: string, id: string): boolean =>
    workers
      .find(({ name }) => name === worker)
      ?.durableIds()
      .has(id) ?? false;
  const streams = createJetStream({
    scheduler,
    random: random('jetstream'),
    flaws,
    watch: {
      appended: ({ id, bytes }) => {
        note(bytes);
        const [holder = ''] = id.split('.', 1);
        checker.appended(bytes, { holder, table: tableOf(holder) });
      },
      published: (id, payload, earlier) => checker.records.published(id, payload, earlier, isOnDisk),
      acknowledged: (table, { id, payload }) => checker.records.acknowledged(table, id, payload),
    },
  });
  const nats = createNatsSite({ scheduler, topology, random: random('nats'), machine: machine('nats'), streams });

  let lastHeard: WorkerSite | undefined;
  const work = createWorkNetwork({
    scheduler,
    topology,
    random: random('network'),
    codec,
    logger,
    alter: assignmentsTwice(flaws),
    watch: {
      heard(coordinator, worker, message) {
        lastHeard = workers.find(({ machine: { name } }) => name === worker.machine.name);
        checker.heard(coordinator, worker, message);
      },
      said(coordinator, worker, message) {
        if (!message.assignment) remark?.(`${coordinator.name} to ${worker.name}: ${JSON.stringify(message)}`);
        checker.said(coordinator, tableOf(coordinator.name), worker, message);
      },
    },
  });
  const standby = hasStandby(seed);
  const sites: readonly (readonly [name: string, machines: readonly string[]])[] = standby
    ? [
        ['alpha', ['coordinator-a', 'coordinator-c']],
        ['beta', ['coordinator-b', 'coordinator-d']],
      ]
    : [['coordinator', ['coordinator-a', 'coordinator-b']]];
  const coordinators: CoordinatorSite[] = [];
  /** Processes and their leaderships are named after their site. */
  function tableOf(holder: string): string {
    return holder.slice(0, holder.indexOf('-'));
  }
  for (const [name, machines] of sites) {
    const table = createTable({
      name,
      random: random('table', name),
      flaws,
      watch: {
        committed(batch) {
          note(
            `rows ${batch.results.length} ${batch.reports.length} ${batch.failures.length} ${batch.setAside.length} ${name}`,
          );
          remark?.(
            `rows of ${name} ${JSON.stringify(batch, ['results', 'reports', 'failures', 'setAside', 'cell', 'attempt', 'kind', 'id'])}`,
          );
          checker.records.committed(name, batch);
          checker.progressed();
        },
        overruled(results) {
          note(`overruled ${results.length} ${name}`);
          checker.records.overruled(name, results);
        },
      },
    });
    coordinators.push(
      createCoordinatorSite({
        ...{ scheduler, standby, table, nats: nats.network, work, checker, flaws, logger, onDefect },
        ...(remark ? { remark } : {}),
        machines: machines.map(machine),
        random: random('coordinator', name),
        timings: { leaseDurationMs: LEASE_MS, heartbeatIntervalMs: HEARTBEAT_MS },
        workersNow: () => lastHeard?.machine.now(),
      }),
    );
  }
  const mishap = cast.chance(0.5) ? 0 : 0.05;
  const slowness = cast.chance(0.3) ? cast.between(4, 9) : 1;
  const count = cast.integer(2, 4);
  for (let index = 0; index < count; index++) {
    const name = `worker-${index + 1}`;
    workers.push(
      createWorkerSite({
        ...{ name, scheduler, topology, nats: nats.network, work, checker, flaws, mishap, slowness, onDefect },
        ...(remark ? { remark } : {}),
        machine: machine(name),
        slots: cast.integer(1, 2),
        random: random(name),
        coordinators: coordinators.map(({ name }) => name),
        others: ['nats', ...sites.flatMap(([, machines]) => machines)],
      }),
    );
  }

  const user = createUser({
    process: createProcess(scheduler, machine('user'), 'user', random('user')),
    ...{ coordinators, checker, random: cast },
  });
  const stage: Stage = { scheduler, topology, coordinators, workers, nats, work, cancel: user.cancel };
  const progress = createProgress(scheduler, checker);
  for (const fault of plan) {
    scheduler.schedule(fault.at, () => {
      note(fault.kind);
      injectFault(stage, fault);
      progress.ends(fault);
    });
  }
  user.submit('first');
  if (cast.chance(0.3)) user.submit('second', cast.chance(0.5) ? cast.between(5_000, 90_000) : undefined);

  const calmAt = Math.max(0, ...plan.map(({ at, forMs }) => Math.min(at + forMs, at + 60_000)), ...longOutages(plan));
  const forgetful = plan.some(({ kind }) => ['NATS forgets acknowledged records', 'site without power'].includes(kind));
  const receiptsMs = forgetful ? REPUBLISHED_MS : RECEIPTS_MS;
  scheduler.schedule(calmAt, () => {
    calm(stage);
    watchTheEnd({ scheduler, checker, progress, coordinators, workers, streams, user, calmAt, receiptsMs });
  });

  await scheduler.run();
  for (const worker of workers) worker.audit();
  note(`end ${scheduler.steps} ${JSON.stringify(violations.all)}`);
  const repeated = ({ table: { rows } }: CoordinatorSite): number =>
    rows.length - new Set(rows.map(({ sweepId, cell }) => `${sweepId} ${cell}`)).size;
  for (const coordinator of coordinators) coordinator.dispose();
  return {
    checker,
    progress,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    repeatedRows: coordinators.reduce((sum, site) => sum + repeated(site), 0),
    standby,
    takeovers: checker.log.takeovers,
    disturbed: nats.network.disturbed,
    trace: trace.digest('hex'),
  };
}

function longOutages(plan: readonly Fault[]): readonly number[] {
  return plan.filter(({ kind }) => kind.startsWith('NATS away')).map(({ at, forMs }) => at + forMs);
}
