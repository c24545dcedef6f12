import { describeMachine, printMachine } from '../machine.ts';
import { type AssignmentLatency, measureAssignments } from './assignment-latency.ts';
import { type CellCost, measureCellCosts } from './cell-cost.ts';
import { startBenchCluster } from './cluster.ts';
import { type LargeTable, measureSubmissions, measureTable, type Submission } from './large-sweeps.ts';
import { type DispatchOptions, dispatchOptions } from './options.ts';
import { askRival, type RivalFigure } from './rivals.ts';
import { runSweep, type SweepRun } from './run-sweep.ts';
import { idleStudy } from './study.ts';

type Say = (line: string) => void;

const SLOTS = 16;
const SLEEP_MS = 500;
const WARM_UP = 2_000;

/** What the issue asks for; printed beside what was reached. */
const GOALS = {
  cellsPerS: 2_000,
  timesRayTune: 50,
  timesOptuna: 20,
  sleepOverheadPct: 2,
  assignP99Ms: 50,
  submit1e7Ms: 1_000,
  submit1e7RssMb: 100,
  restart100kMs: 5_000,
  firstPage100kMs: 200,
  groupBy1e6Ms: 1_000,
};

/**
 * What scheduling costs when trials cost nothing: the rate of durable no-op trials beside Ray Tune and Optuna in the same run,
 * sleeping trials against their ideal, the wait for an assignment with a thousand workers, and what large sweeps cost. Each part
 * has a cluster of its own: NATS, a coordinator with DuckDB, and workers are processes. The last line printed is one JSON object.
 */
export async function benchDispatch(args: readonly string[], print: Say): Promise<void> {
  const options = dispatchOptions(args, process.env);
  const say: Say = options.json ? () => {} : print;
  const machine = describeMachine();
  say(printMachine(machine));
  if (machine.load > 0.5) say(`The load is ${machine.load}: other processes make every figure below worse.`);
  const wanted = (part: DispatchOptions['parts'][number]): boolean => options.parts.includes(part);

  const noOp = wanted('no-op') ? await measureNoOps(options, say) : undefined;
  const sleeping = wanted('sleep') ? await measureSleepers(options, say) : undefined;
  const latency = wanted('assign') ? await measureLatency(options, say) : undefined;
  const submissions = wanted('submit') ? await measureLargeGrids(say) : undefined;
  const tables = wanted('table') ? await measureTables(options, say) : undefined;
  const costs = wanted('flat') ? await measureFlatness(options, say) : undefined;
  const rivals = wanted('rivals') ? await measureRivals(options, say) : NO_RIVALS;

  const small = tables?.find(({ rows }) => rows <= 100_000);
  const large = tables?.find(({ rows }) => rows > 100_000);
  print(
    JSON.stringify({
      machine,
      goals: GOALS,
      details: { noOp, sleeping, latency, submissions, tables, costs, rivals },
      cellsPerS: noOp?.cellsPerS ?? null,
      rayTuneTrialsPerS: rivals.rayTune.value,
      optunaTrialsPerS: rivals.optuna.value,
      sleepOverheadPct: sleeping?.overheadPct ?? null,
      assignP99Ms: latency?.p99Ms ?? null,
      submit1e7Ms: submissions === undefined ? null : Math.max(...submissions.map(({ ms }) => ms)),
      submit1e7RssMb: submissions === undefined ? null : Math.max(...submissions.map(({ memoryMb }) => memoryMb)),
      restart100kMs: small?.restartMs ?? null,
      firstPage100kMs: small?.firstPageColdMs ?? null,
      groupBy1e6Ms: large?.groupByColdMs ?? null,
      why: {
        ...('why' in rivals.rayTune ? { rayTuneTrialsPerS: rivals.rayTune.why } : {}),
        ...('why' in rivals.optuna ? { optunaTrialsPerS: rivals.optuna.why } : {}),
      },
    }),
  );
}

async function measureNoOps({ cells, profileFolder }: DispatchOptions, say: Say): Promise<SweepRun> {
  await using cluster = await startBenchCluster({ profileFolder });
  await cluster.startWorker('worker', { slots: SLOTS, trialMs: 0 });
  await runSweep(cluster, idleStudy('warm-up', WARM_UP));
  const run = await runSweep(cluster, idleStudy('no-op', cells));
  say(`${run.cells} durable no-op trials on ${SLOTS} slots, each slot a process; NATS ${cluster.natsVersion}:`);
  say(`  ${run.cellsPerS} cells/s in ${run.seconds} s; goal ${GOALS.cellsPerS}`);
  say(`  processor ms of each cell: ${cpuText(run)}`);
  return run;
}

const cpuText = ({ cpuMsPerCell }: SweepRun): string =>
  Object.entries(cpuMsPerCell)
    .map(([name, ms]) => `${name} ${ms}`)
    .join(', ');

interface Sleepers extends SweepRun {
  readonly idealSeconds: number;
  readonly overheadPct: number;
}

async function measureSleepers({ sleepers }: DispatchOptions, say: Say): Promise<Sleepers> {
  await using cluster = await startBenchCluster();
  await cluster.startWorker('worker', { slots: SLOTS, trialMs: SLEEP_MS });
  await runSweep(cluster, idleStudy('warm-up', 2 * SLOTS));
  const run = await runSweep(cluster, idleStudy('sleeping', sleepers));
  const idealSeconds = (Math.ceil(sleepers / SLOTS) * SLEEP_MS) / 1_000;
  const overheadPct = Math.round(1_000 * (run.seconds / idealSeconds - 1)) / 10;
  say(`${sleepers} trials that sleep ${SLEEP_MS} ms on ${SLOTS} slots: ${run.seconds} s, ideally ${idealSeconds} s:`);
  say(`  ${overheadPct} % over; goal ${GOALS.sleepOverheadPct} %`);
  return { ...run, idealSeconds, overheadPct };
}

async function measureLatency({ profileFolder }: DispatchOptions, say: Say): Promise<AssignmentLatency> {
  const latency = await measureAssignments(1_000, [5_000, 15_000], 30_000, profileFolder);
  const { workers, assignments, assignmentsPerS, p50Ms, p99Ms, maxMs, joiningP99Ms } = latency;
  say(`${workers} workers on gRPC streams of their own, trials of 5 to 15 s, ${assignmentsPerS} assignments a second:`);
  say(`  a free slot waits ${p50Ms} ms (median), ${p99Ms} ms (p99 of ${assignments}), ${maxMs} ms at most;`);
  say(`  ${joiningP99Ms} ms (p99) while they join; goal ${GOALS.assignP99Ms} ms`);
  return latency;
}

async function measureLargeGrids(say: Say): Promise<readonly Submission[]> {
  const submissions = await measureSubmissions();
  say('A grid of 10^7 cells submitted:');
  for (const { where, cells, ms, memoryMb } of submissions)
    say(`  ${where === '' ? 'no constraint' : where}: ${cells} cells in ${ms} ms, ${memoryMb} MB more resident memory`);
  return submissions;
}

async function measureTables({ tableRows }: DispatchOptions, say: Say): Promise<readonly LargeTable[]> {
  const tables: LargeTable[] = [];
  for (const rows of tableRows) {
    const table = await measureTable(rows);
    tables.push(table);
    say(`${rows} finished cells: the coordinator is back after ${table.restartMs} ms;`);
    say(`  first page of the table after ${table.firstPageColdMs} ms, again ${table.firstPageMs} ms;`);
    say(`  grouped by one factor after ${table.groupByColdMs} ms, again ${table.groupByMs} ms`);
  }
  return tables;
}

async function measureFlatness({ flatSizes }: DispatchOptions, say: Say): Promise<readonly CellCost[]> {
  say('Processor time of one more completed cell, by the size of its sweep:');
  const costs = await measureCellCosts(flatSizes, 5_000);
  const most = Math.max(...costs.map(({ cpuMsPerCell }) => cpuMsPerCell));
  for (const { cells, measured, cpuMsPerCell, coordinatorMsPerCell } of costs) {
    const bar = '█'.repeat(Math.round((40 * cpuMsPerCell) / most));
    say(
      `  ${String(cells).padStart(9)} ${bar.padEnd(40)} ${cpuMsPerCell} ms (coordinator ${coordinatorMsPerCell}; ${measured} run)`,
    );
  }
  return costs;
}

interface Rivals {
  readonly rayTune: RivalFigure;
  readonly optuna: RivalFigure;
}

const NOT_ASKED: RivalFigure = { value: null, why: 'rivals were not asked for' };
const NO_RIVALS: Rivals = { rayTune: NOT_ASKED, optuna: NOT_ASKED };

async function measureRivals({ python, sleepers }: DispatchOptions, say: Say): Promise<Rivals> {
  if (python === undefined) {
    const why: RivalFigure = {
      value: null,
      why: 'no Python was named: set TICKWORK_PYTHON to one that has Ray Tune and Optuna',
    };
    return { rayTune: why, optuna: why };
  }
  const slots = String(SLOTS);
  const slept = String(Math.min(64, sleepers));
  const rayTune = await askRival(python, scriptOf('ray_tune.py'), [
    slots,
    '32',
    '200',
    String(SLEEP_MS / 1_000),
    slept,
  ]);
  say(rivalLine('Ray Tune', rayTune));
  const optuna = await askRival(python, scriptOf('optuna_study.py'), [slots, '256']);
  say(rivalLine('Optuna', optuna));
  return { rayTune, optuna };
}

/** Compiled code lies in dist/, the scripts do not. */
const scriptOf = (name: string): URL => new URL(`../../../bench/dispatch/rivals/${name}`, import.meta.url);

function rivalLine(name: string, figure: RivalFigure): string {
  if (figure.value === null) return `${name}: ${figure.why}`;
  return `${name} ${figure.version}: ${Math.round(10 * figure.value) / 10} no-op trials/s at best; ${JSON.stringify(figure.details)}`;
}
