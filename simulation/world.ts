import { createHash } from 'node:crypto';
import { levelCount } from '../core/study/levels.ts';
import type { Logger } from '../runtime/logger.ts';
import { type Checker, createChecker } from './check/checker.ts';
import { checkTable } from './check/final-checks.ts';
import { assignmentsTwice } from './check/flawed-parts.ts';
import type { Flaws } from './check/planted-bugs.ts';
import { ask } from './cluster/client.ts';
import { createCoordinatorSite } from './cluster/coordinator-site.ts';
import { drawStudy } from './cluster/study.ts';
import { createTable } from './cluster/table.ts';
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
  /** Messages dropped, doubled or delayed. */
  readonly disturbed: number;
  /** Equal for equal runs. */
  readonly trace: string;
}

const LEASE_MS = 30_000;
const HEARTBEAT_MS = 5_000;
/** Once the faults are over, something becomes durable at least this often until all sweeps have ended. */
const STUCK_MS = 450_000;
/** One worker with slow trials may be all that is left; that it goes on for ever must still be noticed. */
const ENDLESS_MS = 4 * 3_600_000;
/** From then on until every outbox is empty: a reconciliation, or a redelivery of JetStream. */
const RECEIPTS_MS = 75_000;
/** What JetStream has forgotten is published again, the first time past the duplicate window at the third try. */
const REPUBLISHED_MS = 420_000;

/** Long enough for an append under way to be answered. */
const QUIET_MS = 5_500;

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
      appended: (bytes) => {
        note(bytes);
        checker.appended(bytes);
      },
      published: (id, payload, earlier) => checker.records.published(id, payload, earlier, isOnDisk),
      acknowledged: ({ id, payload }) => checker.records.acknowledged(id, payload),
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
        checker.said(coordinator, worker, message);
      },
    },
  });
  const table = createTable({
    random: random('table'),
    flaws,
    onCommit(batch) {
      note(`rows ${batch.results.length} ${batch.reports.length} ${batch.failures.length} ${batch.setAside.length}`);
      remark?.(
        `rows ${JSON.stringify(batch, ['results', 'reports', 'failures', 'setAside', 'cell', 'attempt', 'kind', 'id'])}`,
      );
      checker.records.committed(batch);
      checker.progressed();
    },
  });
  const coordinator = createCoordinatorSite({
    ...{ scheduler, table, nats: nats.network, work, checker, flaws, logger, onDefect },
    ...(remark ? { remark } : {}),
    machines: [machine('coordinator-a'), machine('coordinator-b')],
    random: random('coordinator'),
    timings: { leaseDurationMs: LEASE_MS, heartbeatIntervalMs: HEARTBEAT_MS },
    workersNow: () => lastHeard?.machine.now(),
  });
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
        others: ['nats', 'coordinator-a', 'coordinator-b'],
      }),
    );
  }

  const stage: Stage = { scheduler, topology, coordinator, workers, nats, table, work };
  const progress = createProgress(scheduler, checker);
  for (const fault of plan) {
    scheduler.schedule(fault.at, () => {
      note(fault.kind);
      injectFault(stage, fault);
      progress.ends(fault);
    });
  }

  const user = createProcess(scheduler, machine('user'), 'user', random('user'));
  let commands = 0;
  async function command(run: () => Promise<void>): Promise<void> {
    commands++;
    await run();
    commands--;
  }
  async function submit(name: string, cancelAfterMs?: number): Promise<void> {
    const { study, yaml } = drawStudy(name, cast);
    const total = study.factors.reduce((product, factor) => product * levelCount(factor), study.seeds.length);
    const requestId = `submit ${name}`;
    const sweepId = await ask(user, coordinator, { type: 'submit-sweep', requestId, study, studyYaml: yaml, total });
    if (sweepId === undefined || !checker.log.state.sweeps.has(sweepId))
      violations.add('I2 what was accepted is in the log', `${name} was accepted as ${sweepId}`);
    if (cancelAfterMs === undefined || sweepId === undefined) return;
    await user.wait(cancelAfterMs);
    await ask(user, coordinator, { type: 'cancel-sweep', requestId: `cancel ${name}`, sweepId });
  }
  void command(() => submit('first'));
  if (cast.chance(0.3))
    void command(() => submit('second', cast.chance(0.5) ? cast.between(5_000, 90_000) : undefined));

  const calmAt = Math.max(0, ...plan.map(({ at, forMs }) => Math.min(at + forMs, at + 60_000)), ...longOutages(plan));
  const forgetful = plan.some(({ kind }) => ['NATS forgets acknowledged records', 'site without power'].includes(kind));
  let finishedAt: number | undefined;
  scheduler.schedule(calmAt, () => {
    calm(stage);
    look();
  });

  /** Once a second, whether all is done, or too late. */
  function look(): void {
    const sweeps = [...checker.log.state.sweeps.values()];
    const done = commands === 0 && sweeps.length > 0 && sweeps.every(({ status }) => status !== 'active');
    if (done) finishedAt ??= scheduler.now;
    const waiting = workers.filter(
      (worker) => !worker.gone && (worker.outboxSize > 0 || worker.process.state !== 'running'),
    );
    const quiet = scheduler.now > progress.lastAt + QUIET_MS;
    if (done && quiet && waiting.length === 0 && coordinator.ledger) return scheduler.stop();
    const stuck = scheduler.now > Math.max(calmAt, progress.lastAt) + STUCK_MS || scheduler.now > ENDLESS_MS;
    if (!done && stuck) {
      violations.add(
        'every sweep ends',
        `${sweeps.map(({ id, counts }) => `${id} ${JSON.stringify(counts)}`).join('; ')}`,
      );
      return scheduler.stop();
    }
    if (finishedAt !== undefined && scheduler.now > finishedAt + (forgetful ? REPUBLISHED_MS : RECEIPTS_MS)) {
      const names = waiting.map((worker) => `${worker.name}: ${[...worker.durableIds()].slice(0, 3).join(', ')}`);
      violations.add('every receipt arrives', `without one: ${names.join('; ')}`);
      return scheduler.stop();
    }
    scheduler.schedule(1_000, look);
  }

  await scheduler.run();
  for (const sweep of checker.log.state.sweeps.values()) checkTable(sweep, table.rows, violations);
  checker.records.atTheEnd(new Set(workers.filter(({ gone }) => gone).map(({ name }) => name)));
  for (const worker of workers) worker.audit();
  if (coordinator.ledger)
    checker.log.compare(`${coordinator.process.name} at the end`, coordinator.ledger.state, 'now');
  note(`end ${scheduler.steps} ${JSON.stringify(violations.all)}`);
  const cells = new Set(table.rows.map(({ sweepId, cell }) => `${sweepId} ${cell}`));
  return {
    checker,
    progress,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    repeatedRows: table.rows.length - cells.size,
    disturbed: nats.network.disturbed,
    trace: trace.digest('hex'),
  };
}

function longOutages(plan: readonly Fault[]): readonly number[] {
  return plan.filter(({ kind }) => kind.startsWith('NATS away')).map(({ at, forMs }) => at + forMs);
}
