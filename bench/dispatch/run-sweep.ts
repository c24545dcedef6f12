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

const POLL_MS = 250;

/** Submits a study and waits until every cell is in the table. @throws Error when one is not. */
export async function runSweep(cluster: BenchCluster, studyYaml: string): Promise<SweepRun> {
  const before = await cluster.cpuSeconds();
  const { name } = await cluster.client.submitSweep({ requestId: randomUUID(), studyYaml });
  const sweep = await untilFinished(cluster, name);
  const cells = Number(sweep.counts?.total ?? 0);
  const seconds = ((unixMs(sweep.finishTime) ?? 0) - (unixMs(sweep.createTime) ?? 0)) / 1000;
  const cpuMsPerCell = msPerCell(secondsBetween(before, await cluster.cpuSeconds()), cells);
  return { name, cells, seconds, cellsPerS: Math.round((10 * cells) / seconds) / 10, cpuMsPerCell };
}

export async function untilFinished({ client }: BenchCluster, name: string): Promise<Sweep__Output> {
  for (;;) {
    const sweep = await client.getSweep(name);
    const { total, succeeded } = sweep.counts ?? {};
    if (sweep.state === 'SWEEP_STATE_ACTIVE') await delay(POLL_MS);
    else if (total === succeeded) return sweep;
    else throw new Error(`Expected all ${total} cells of ${name} to succeed, got ${JSON.stringify(sweep.counts)}.`);
  }
}

/** Milliseconds to three decimals. */
export function msPerCell(seconds: Readonly<Record<string, number>>, cells: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(seconds).map(([name, s]) => [name, Math.round((1e6 * s) / cells) / 1e3]));
}
