import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type RawWorker, startRawWorker } from '../../support/raw-worker.ts';

describe('the stream of a worker', () => {
  let cluster: Cluster;
  let coordinator: RunningCoordinator;
  const workers: RawWorker[] = [];

  beforeEach(async () => {
    cluster = await startCluster();
    // A name is taken while its worker was heard of within two heartbeats: long ones, as a loaded machine beats late.
    coordinator = await cluster.startCoordinator({ heartbeatIntervalMs: 5_000, leaseDurationMs: 30_000 });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker[Symbol.asyncDispose]()));
    await cluster?.[Symbol.asyncDispose]();
  });

  function startWorker(hello: Parameters<typeof startRawWorker>[1] = {}): RawWorker {
    const worker = startRawWorker(coordinator.grpc, hello);
    workers.push(worker);
    return worker;
  }

  const welcomed = (worker: RawWorker) => worker.expect('a Welcome', ({ welcome }) => welcome);

  it('ends with WORKER_VERSION for another protocol version', async () => {
    const { name, details } = await startWorker({ protocolVersion: 99, softwareVersion: '9.9.9' }).ended;
    expect(name).toBe('FAILED_PRECONDITION');
    expect(details).toMatchObject({ code: 'WORKER_VERSION' });
    expect(details?.message).toMatch(/got scripted with version 99 \(software 9\.9\.9\)/);
  });

  it.each([
    ['worker', { worker: 'no spaces, please' }],
    ['slots', { slots: 0 }],
    ['slots', { slots: 1_000_000 }],
  ])('ends with ARGUMENT_INVALID and the field for a bad %s', async (field, hello) => {
    const { name, details } = await startWorker(hello).ended;
    expect(name).toBe('INVALID_ARGUMENT');
    expect(details).toMatchObject({ code: 'ARGUMENT_INVALID', violations: [{ field }] });
  });

  it('ends when it does not begin with Hello', async () => {
    const worker = startRawWorker(coordinator.grpc, 'none');
    workers.push(worker);
    worker.beat();
    expect((await worker.ended).details).toMatchObject({ code: 'ARGUMENT_INVALID', violations: [{ field: 'hello' }] });
  });

  it('ends with WORKER_DUPLICATE while another process uses the name, and only then', async () => {
    const first = startWorker();
    await welcomed(first);
    first.keepBeating(() => []);
    const { name, details } = await startWorker().ended;
    expect(name).toBe('ALREADY_EXISTS');
    expect(details).toMatchObject({ code: 'WORKER_DUPLICATE' });
    first.drop();
    await first.ended;
    await eventually('the name to be free', async () =>
      (await coordinator.client.getStatus({})).workers === 0 ? true : undefined,
    );
    await welcomed(startWorker());
  });

  it('gives way to a new one of the same process', async () => {
    const first = startWorker({ pid: 7 });
    await welcomed(first);
    const second = startWorker({ pid: 7 });
    await welcomed(second);
    expect((await first.ended).name).toBe('OK');
    expect((await coordinator.client.listWorkers({})).workers).toMatchObject([
      { name: 'workers/scripted', state: 'WORKER_STATE_CONNECTED' },
    ]);
  });

  it('ends in order when the worker has nothing more to say', async () => {
    const worker = startWorker();
    await welcomed(worker);
    worker.finish();
    expect((await worker.ended).name).toBe('OK');
    const { workers: known } = await coordinator.client.listWorkers({});
    expect(known).toMatchObject([{ state: 'WORKER_STATE_LOST' }]);
  });

  it('is one of many without a word of warning', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', onWarning);
    try {
      await Promise.all(Array.from({ length: 15 }, (_, i) => welcomed(startWorker({ worker: `w${i}` }))));
      await coordinator.client.getStatus({});
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', onWarning);
    }
    expect((await coordinator.client.listWorkers({ pageSize: 10 })).workers).toHaveLength(10);
  });

  it('ends as UNAVAILABLE when the coordinator shuts down', async () => {
    const worker = startWorker();
    await welcomed(worker);
    await coordinator.stop();
    const { name, details } = await worker.ended;
    expect(name).toBe('UNAVAILABLE');
    expect(details).toMatchObject({ code: 'NOT_READY' });
  });
});
