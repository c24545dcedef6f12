import { randomUUID } from 'node:crypto';
import { startBenchCluster } from './cluster.ts';
import { writeFinishedSweep } from './finished-sweep.ts';
import { secondsBetween } from './processes.ts';
import { msPerCell, runSweep, untilFinished } from './run-sweep.ts';
import { idleStudy } from './study.ts';

/** What one more completed cell costs in a sweep of so many, of which all but the measured ones are in the table already. */
export interface CellCost {
  readonly cells: number;
  readonly measured: number;
  readonly cpuMsPerCell: number;
  readonly coordinatorMsPerCell: number;
}

const SLOTS = 16;
const WARM_UP = 5_000;

/** @param sizes of the sweeps. @param measured cells that are run; a smaller sweep runs whole. */
export async function measureCellCosts(sizes: readonly number[], measured: number): Promise<readonly CellCost[]> {
  const costs: CellCost[] = [];
  for (const cells of sizes) costs.push(await measureCellCost(cells, Math.min(cells, measured)));
  return costs;
}

async function measureCellCost(cells: number, measured: number): Promise<CellCost> {
  await using cluster = await startBenchCluster();
  const sweepId = 'grown-1';
  const studyYaml = idleStudy('grown', cells);
  await cluster.restartCoordinator(({ natsUrl, stateDir }) =>
    writeFinishedSweep({ natsUrl, stateDir, sweepId, studyYaml, finished: cells - measured, paused: true }),
  );
  await cluster.startWorker('worker', { slots: SLOTS, trialMs: 0 });
  // What is compiled, and what a new process does once, is no cost of a cell.
  await runSweep(cluster, idleStudy('warm-up', WARM_UP));
  const before = await cluster.cpuSeconds();
  const name = `sweeps/${sweepId}`;
  await cluster.client.resumeSweep({ requestId: randomUUID(), name });
  await untilFinished(cluster, name);
  const used = msPerCell(secondsBetween(before, await cluster.cpuSeconds()), measured);
  const cpuMsPerCell = Object.values(used).reduce((total, ms) => total + ms, 0);
  return {
    cells,
    measured,
    cpuMsPerCell: Math.round(1e3 * cpuMsPerCell) / 1e3,
    coordinatorMsPerCell: used['coordinator'] ?? Number.NaN,
  };
}
