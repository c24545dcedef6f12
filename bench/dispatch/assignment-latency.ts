import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBenchCluster } from './cluster.ts';
import type { SimulatedWorkersOptions, SimulatedWorkersReport } from './simulated-workers-process.ts';
import { idleStudy } from './study.ts';

export interface AssignmentLatency {
  readonly workers: number;
  readonly trialMs: readonly [number, number];
  readonly assignments: number;
  readonly assignmentsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of the first assignment of each worker, while all join. */
  readonly joiningP99Ms: number;
}

const PROGRAM = fileURLToPath(new URL('./simulated-workers-process.js', import.meta.url));

/** How long a slot that has become free waits for its next cell, with so many workers on streams of their own. */
export async function measureAssignments(
  workers: number,
  trialMs: readonly [number, number],
  measureMs: number,
  profileFolder?: string,
): Promise<AssignmentLatency> {
  await using cluster = await startBenchCluster({ profileFolder });
  const studyYaml = idleStudy('assignments', 1_000_000);
  await cluster.client.submitSweep({ requestId: randomUUID(), studyYaml });
  const { coordinator, natsUrl } = cluster;
  const options: SimulatedWorkersOptions = { coordinator, natsUrl, workers, trialMs, rampPerS: 200, measureMs };
  const child = fork(PROGRAM, [JSON.stringify(options)], { execArgv: [] });
  const failed = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`simulated workers: exit code ${code}`)),
  );
  failed.catch(() => undefined);
  const [{ waits, firstWaits }] = (await Promise.race([once(child, 'message'), failed])) as [SimulatedWorkersReport];
  return {
    workers,
    trialMs,
    assignments: waits.length,
    assignmentsPerS: round(waits.length / (measureMs / 1_000)),
    p50Ms: round(quantile(waits, 0.5)),
    p99Ms: round(quantile(waits, 0.99)),
    maxMs: round(quantile(waits, 1)),
    joiningP99Ms: round(quantile(firstWaits, 0.99)),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const round = (value: number): number => Math.round(value * 10) / 10;
