import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { compileSources } from '../../support/compiled-sources.ts';
import { type CoordinatorProcess, coordinatorProcesses } from '../../support/coordinator-process.ts';
import { eventually } from '../../support/eventually.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';

const CELLS = 24;
const RATES = Array.from({ length: CELLS }, (_, i) => (i + 1) / 1000);

let compiled: Awaited<ReturnType<typeof compileSources>>;
beforeAll(async () => {
  compiled = await compileSources();
});
afterAll(async () => compiled?.[Symbol.asyncDispose]());

describe('a coordinator that is killed twice in the middle of a sweep', () => {
  it('has every cell once in the end, and no trial ran again for it', async () => {
    await using cluster = await startCluster();
    const start = coordinatorProcesses(compiled.dist, cluster);
    const finished = async (coordinator: CoordinatorProcess, least: number) => {
      await eventually(`${least} finished cells`, async () => {
        const sweep = await coordinator.client.getSweep({ name });
        return sweep.counts.succeeded >= least ? true : undefined;
      });
    };

    let coordinator = await start();
    const extra = `  learningRate: [${RATES.join(', ')}]\n`;
    const studyYaml = smallStudyYaml({ configs: ['A'], seeds: [SCRIPTS.tellLearningRate], extra });
    const { name } = await coordinator.client.submitSweep({ requestId: randomUUID(), studyYaml });
    for (const worker of ['one', 'two']) cluster.startWorker(worker, { coordinator: coordinator.grpc, slots: 2 });
    for (const least of [5, 13]) {
      await finished(coordinator, least);
      expect((await coordinator.client.getSweep({ name })).counts.succeeded).toBeLessThan(CELLS);
      await coordinator.kill('SIGKILL');
      coordinator = await start();
    }
    await finished(coordinator, CELLS);

    const sweep = await coordinator.client.getSweep({ name });
    expect(sweep).toMatchObject({
      state: 'SWEEP_STATE_COMPLETED',
      counts: { total: CELLS, succeeded: CELLS, failed: 0 },
    });
    const table = await coordinator.client.getTable({ parent: name });
    expect(table.complete).toBe(true);
    expect(table.rows.map((row: { n: number }) => row.n)).toEqual(Array(CELLS).fill(1));
    table.rows.forEach((row: { aggregates: { mean: number }[] }, i: number) => {
      expect(row.aggregates[0]?.mean).toBeCloseTo((RATES[i] as number) * 100, 9);
    });
    // Every attempt that ran has reported. A lease granted as the coordinator died never reached its worker, and may have been
    // the first of two; it ran nothing.
    const reports = await eventually('a report of every cell', async () => {
      const listed = await coordinator.client.listReports({ parent: name, pageSize: 1_000 });
      return listed.reports.length >= CELLS ? listed.reports : undefined;
    });
    expect(reports.map((report: { cell: number }) => report.cell)).toEqual(RATES.map((_, cell) => cell));
    const { trials } = await coordinator.client.listTrials({ parent: name });
    expect(trials.map((trial: { attempt: number }) => trial.attempt)).toEqual(
      reports.map((report: { attempt: number }) => report.attempt),
    );
    const status = await coordinator.client.getStatus({});
    expect(status).toMatchObject({ epoch: 3, resultsCommitted: CELLS, resultsQuarantined: 0 });
    expect(await coordinator.kill('SIGTERM')).toBe(0);
  });
});
