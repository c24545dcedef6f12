import { describe, expect, test } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { assignment, startWorkerHarness } from '../../support/worker-harness.ts';

const DUPLICATE = new TickworkError(
  'WORKER_DUPLICATE',
  'Expected a worker name of its own, got w1, which is connected.',
);

describe('a worker', () => {
  test('of another protocol version ends with what the coordinator says', async () => {
    await using harness = await startWorkerHarness();
    harness.coordinator.refusal = new TickworkError(
      'WORKER_VERSION',
      'Expected protocol version 1, got 2. Update this worker.',
    );
    const worker = harness.startWorker({}, { protocolVersion: 2 });
    await expect(worker.ended).rejects.toMatchObject({
      code: 'WORKER_VERSION',
      message: expect.stringContaining('Expected protocol version 1, got 2. Update this worker.'),
    });
    expect(worker.events.filter(({ type }) => type === 'slot:exited')).toHaveLength(1);
  });

  test('whose name is still connected waits for its old stream to be noticed as dead', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const first = await harness.coordinator.connection(0);
    harness.coordinator.refusal = DUPLICATE;
    first.drop();
    await worker.event('stream:lost', ({ reason }) => reason.includes('Expected a worker name of its own'));
    harness.coordinator.refusal = undefined;
    const second = await harness.coordinator.connection(1);
    second.send(assignment(4, 'succeed'));
    await harness.record('grid-1.4.1.result');
  });

  test('whose name stays connected for two leases ends with the reason', async () => {
    await using harness = await startWorkerHarness();
    harness.coordinator.welcome = { ...harness.coordinator.welcome, leaseDurationMs: 300 };
    const worker = harness.startWorker();
    const first = await harness.coordinator.connection(0);
    harness.coordinator.refusal = DUPLICATE;
    first.drop();
    await expect(worker.ended).rejects.toMatchObject({ code: 'WORKER_DUPLICATE' });
  });

  test('on a state directory that another one works in is told which process that is', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    await harness.coordinator.connection(0);
    const second = harness.startWorker({ name: 'w2' });
    await expect(second.ended).rejects.toMatchObject({
      code: 'STATE_DIRECTORY_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(harness.coordinator.connections).toHaveLength(1);
  });

  test('that finds no coordinator keeps trying until there is one', async () => {
    await using harness = await startWorkerHarness();
    harness.coordinator.stop();
    const worker = harness.startWorker();
    await worker.event('stream:lost', ({ attempt }) => attempt === 2);
    await harness.coordinator.start();
    await harness.coordinator.connection(0);
  });

  test('ends without a word when it is stopped before it has found a coordinator', async () => {
    await using harness = await startWorkerHarness();
    harness.coordinator.stop();
    const worker = harness.startWorker();
    await worker.event('stream:lost');
    await worker.stop();
  });
});
