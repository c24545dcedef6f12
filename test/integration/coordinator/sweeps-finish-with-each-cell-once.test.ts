import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';

describe('a sweep', () => {
  it('is split over two workers, and every cell is in the table once', async () => {
    await using cluster = await startCluster();
    const { client } = await cluster.startCoordinator();
    const yaml = smallStudyYaml({
      configs: ['A', 'B', 'C', 'D'],
      seeds: [SCRIPTS.succeed],
      extra: '  dropout: [0, 0.5]\n',
    });
    const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml: yaml });
    cluster.startWorker('one');
    cluster.startWorker('two');
    await eventually('a completed sweep', async () =>
      (await client.getSweep({ name })).state === 'SWEEP_STATE_COMPLETED' ? true : undefined,
    );
    const table = await client.getTable({ parent: name });
    expect(table.complete).toBe(true);
    expect(table.rows.map((row: { n: number; expected: number }) => [row.n, row.expected])).toEqual(
      Array(8).fill([1, 1]),
    );
    const trials = await client.listTrials({ parent: name });
    expect(new Set(trials.trials.map((trial: { worker: string }) => trial.worker))).toEqual(new Set(['one', 'two']));
    expect(trials.trials.every((trial: { attempt: number }) => trial.attempt === 1)).toBe(true);
  });
});
