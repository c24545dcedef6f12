import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { smallStudyYaml } from '../../support/studies.ts';

interface Message {
  readonly sweep: { readonly state: string };
  readonly finished: readonly { readonly cell: number; readonly state: string; readonly attempt: number }[];
}

it('who follows a sweep that is cancelled is told which trials were stopped, and of no cell that never began', async () => {
  await using cluster = await startCluster();
  const { grpc, client } = await cluster.startCoordinator();
  const { name } = await client.submitSweep({
    requestId: randomUUID(),
    studyYaml: smallStudyYaml({ configs: ['A', 'B', 'C'] }),
  });
  await using worker = startRawWorker(grpc);
  const { lease } = await worker.assignment(0);
  const seen: Message[] = [];
  const watched = (async () => {
    for await (const message of client.stream('watchSweep', { name, minIntervalMs: 1 })) seen.push(message as Message);
  })();
  await eventually('the first message', () => seen[0]);
  await client.cancelSweep({ requestId: randomUUID(), name });
  await watched;
  expect(seen.at(-1)?.sweep.state).toBe('SWEEP_STATE_CANCELLED');
  expect(seen.flatMap((message) => message.finished)).toMatchObject([
    { cell: lease.cell, state: 'TRIAL_STATE_CANCELLED', attempt: 1 },
  ]);
});
