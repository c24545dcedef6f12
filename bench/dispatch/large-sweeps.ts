import { randomUUID } from 'node:crypto';
import { type BenchCluster, startBenchCluster } from './cluster.ts';
import { writeFinishedSweep } from './finished-sweep.ts';
import { idleStudy, largeStudy, tableStudy } from './study.ts';

export interface Submission {
  readonly where: string;
  readonly cells: number;
  readonly ms: number;
  /** By how much the coordinator's resident memory has grown. */
  readonly memoryMb: number;
}

const ALL_FACTORS = 'learningRate + dropout + momentum + weightDecay + colourShift + biasRate + biasDecay < 3';

/** Ten million cells submitted, without a constraint, with one that is false early, and with one over all factors. */
export async function measureSubmissions(): Promise<readonly Submission[]> {
  await using cluster = await startBenchCluster();
  const { client } = cluster;
  await client.submitSweep({ requestId: randomUUID(), studyYaml: idleStudy('warm-up', 1_000) });
  const submissions: Submission[] = [];
  for (const where of ['', 'momentum < 0.5 and dropout != 0.3', ALL_FACTORS]) {
    const studyYaml = largeStudy('large', where === '' ? undefined : where);
    const before = await cluster.coordinatorMemoryBytes();
    const start = performance.now();
    const { name, counts } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
    const ms = Math.round(performance.now() - start);
    const memoryMb = Math.round((await cluster.coordinatorMemoryBytes()) / 1e6 - before / 1e6);
    submissions.push({ where, cells: Number(counts?.total ?? 0), ms, memoryMb });
    await client.cancelSweep({ requestId: randomUUID(), name });
  }
  return submissions;
}

export interface LargeTable {
  readonly rows: number;
  /** From the start of the coordinator's process until it serves, with so many finished cells. */
  readonly restartMs: number;
  /** GetTable of the first page of a hundred rows, all factors kept: the first time, and the median of later ones. */
  readonly firstPageColdMs: number;
  readonly firstPageMs: number;
  /** GetTable grouped by one factor, likewise. */
  readonly groupByColdMs: number;
  readonly groupByMs: number;
}

const REPEATS = 5;

/** A finished sweep of so many cells: how fast a coordinator is back, and how fast its table is there. */
export async function measureTable(rows: number): Promise<LargeTable> {
  await using cluster = await startBenchCluster();
  const sweepId = 'table-1';
  const restartMs = await cluster.restartCoordinator(({ natsUrl, stateDir }) =>
    writeFinishedSweep({ natsUrl, stateDir, sweepId, studyYaml: tableStudy('table', rows), finished: rows }),
  );
  const parent = `sweeps/${sweepId}`;
  const firstPage = await timesOf(cluster, { parent });
  const groupBy = await timesOf(cluster, { parent, groupBy: ['dropout'] });
  return {
    rows,
    restartMs: Math.round(restartMs),
    firstPageColdMs: firstPage.cold,
    firstPageMs: firstPage.warm,
    groupByColdMs: groupBy.cold,
    groupByMs: groupBy.warm,
  };
}

async function timesOf(
  { client }: BenchCluster,
  request: Parameters<BenchCluster['client']['getTable']>[0],
): Promise<{ readonly cold: number; readonly warm: number }> {
  const times: number[] = [];
  for (let i = 0; i <= REPEATS; i++) {
    const start = performance.now();
    await client.getTable(request);
    times.push(Math.round((performance.now() - start) * 10) / 10);
  }
  const [cold = Number.NaN, ...later] = times;
  return { cold, warm: later.toSorted((a, b) => a - b)[later.length >> 1] ?? Number.NaN };
}
