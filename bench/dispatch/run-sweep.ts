import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { unixMs } from '../../cli/render/timestamp.ts';
import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { BenchCluster } from './cluster.ts';
import { secondsBetween } from './processes.ts';

export interface SweepRun {
  readonly name: string;
  readonly cells: number;
  /** From the sweep's submission to its last commit, both by the coordinator's clock. */
  readonly seconds: number;
  readonly cellsPerS: number;
  /** Processor milliseconds of a completed cell, by process. */
  readonly cpuMsPerCell: Readonly<Record<string, number>>;
}

const POLL_MS = 50;

/** Submits a study and waits until every cell is in the table. @throws Error when one is not. */
export async function runSweep(cluster: BenchCluster, studyYaml: string): Promise<SweepRun> {
  const { client } = cluster;
  const before = await cluster.cpuSeconds();
  let sweep: Sweep__Output = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  while (sweep.state === 'SWEEP_STATE_ACTIVE') {
    await delay(POLL_MS);
    sweep = await client.getSweep(sweep.name);
  }
  const used = secondsBetween(before, await cluster.cpuSeconds());
  const cells = Number(sweep.counts?.total ?? 0);
  if (Number(sweep.counts?.succeeded ?? 0) !== cells)
    throw new Error(`Expected all ${cells} cells of ${sweep.name} to succeed, got ${JSON.stringify(sweep.counts)}.`);
  const seconds = ((unixMs(sweep.finishTime) ?? 0) - (unixMs(sweep.createTime) ?? 0)) / 1000;
  const cpuMsPerCell = Object.fromEntries(
    Object.entries(used).map(([name, s]) => [name, Math.round((1e6 * s) / cells) / 1e3]),
  );
  return { name: sweep.name, cells, seconds, cellsPerS: Math.round((10 * cells) / seconds) / 10, cpuMsPerCell };
}
