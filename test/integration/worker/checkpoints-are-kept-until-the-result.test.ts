import { existsSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STALE_CHECKPOINT_MS } from '../../../worker/timings.ts';
import { eventually } from '../../support/eventually.ts';
import { assignment, type Script, startWorkerHarness, type WorkerHarness } from '../../support/worker-harness.ts';

async function plantCheckpoint(harness: WorkerHarness, cell: number): Promise<string> {
  const folder = join(harness.folder, 'state', 'checkpoints', 'trials', `grid-1.${cell}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'a.checkpoint'), 'weights');
  return folder;
}

test.each<[Script, string]>([
  ['succeed', 'result'],
  ['fail', 'failure'],
])('a trial that will not be run again (%s) leaves none, and only its own are removed', async (script, kind) => {
  await using harness = await startWorkerHarness();
  const own = await plantCheckpoint(harness, 4);
  const other = await plantCheckpoint(harness, 5);
  harness.startWorker();
  (await harness.coordinator.connection(0)).send(assignment(4, script));
  await harness.record(`grid-1.4.1.${kind}`);
  await eventually('the checkpoints to be removed', () => (existsSync(own) ? undefined : true));
  expect(existsSync(other)).toBe(true);
});

test('a trial that may be run again leaves them for its next attempt', async () => {
  await using harness = await startWorkerHarness();
  const folder = await plantCheckpoint(harness, 4);
  const worker = harness.startWorker();
  (await harness.coordinator.connection(0)).send(assignment(4, 'exitInTheMiddle'));
  await harness.record('grid-1.4.1.failure');
  await worker.stop();
  expect(existsSync(folder)).toBe(true);
});

test('what nobody has touched for weeks is removed when a worker starts', async () => {
  await using harness = await startWorkerHarness();
  const [stale, fresh] = [await plantCheckpoint(harness, 4), await plantCheckpoint(harness, 5)];
  const old = new Date(Date.now() - STALE_CHECKPOINT_MS - 60_000);
  await utimes(stale, old, old);
  const worker = harness.startWorker();
  await harness.coordinator.connection(0);
  expect([existsSync(stale), existsSync(fresh)]).toEqual([false, true]);
  await worker.stop();
});
