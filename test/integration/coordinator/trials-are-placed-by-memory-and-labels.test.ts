import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { smallStudyYaml } from '../../support/studies.ts';

const device = (memoryBytes: number) => ({ name: 'cuda Example', executor: 'torch', memoryBytes, threads: 1 });

it('a cell waits for a worker that it fits, says so, and one that ran out of memory goes to a bigger device', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const submit = (extra: string) =>
    client.submitSweep({ requestId: randomUUID(), studyYaml: smallStudyYaml({ configs: ['A'], extra }) });
  const why = async (name: string) => (await client.getTrial({ name: `${name}/trials/0` })).waitingReason;

  const labelled = await submit('requires: { labels: { gpu: h200 }, memory: 10 MB }\n');
  await using small = startRawWorker(grpc, { worker: 'small', devices: [device(50e6)] });
  await eventually('the first to wait', async () =>
    (await why(labelled.name)).startsWith(
      'fits no connected worker: it needs gpu=h200, 9.5 MiB of memory (small: it has no label gpu)',
    )
      ? true
      : undefined,
  );
  // What the first sweep cannot use is free for the second.
  const plain = await submit('requires: { memory: 40 MB }\n');
  const first = await small.assignment(0);
  expect(first.lease.sweep).toBe(plain.name);

  await using big = startRawWorker(grpc, { worker: 'big', devices: [device(90e6)], labels: { gpu: 'h200' }, slots: 2 });
  expect((await big.assignment(0)).lease.sweep).toBe(labelled.name);
  small.send({ released: { lease: first.lease, kind: 'FAILURE_KIND_OUT_OF_MEMORY', message: 'CUDA out of memory' } });
  // Beside the first trial it has 80 MB: more than the 50 MB that were not enough.
  expect((await big.assignment(1)).lease).toMatchObject({ sweep: plain.name, attempt: 2 });
  expect(small.assignments).toHaveLength(1);
});
