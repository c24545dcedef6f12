import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ClientReadableStream, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTickworkProto } from '../../../proto/load.ts';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type RawWorker, startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher, type RecordPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

interface SweepUpdate {
  readonly sweep: {
    readonly state: string;
    readonly revision: number;
    readonly counts: Readonly<Record<string, number>>;
  };
  readonly active: readonly {
    readonly cell: number;
    readonly state: string;
    readonly progress: { readonly step: number } | null;
  }[];
  readonly finished: readonly { readonly cell: number; readonly state: string; readonly metrics: readonly unknown[] }[];
}

interface TableUpdate {
  readonly revision: number;
  readonly complete: boolean;
  readonly rows: readonly { readonly n: number }[];
}

describe('a stream', () => {
  let cluster: Cluster;
  let coordinator: RunningCoordinator;
  let publisher: RecordPublisher;
  let worker: RawWorker;
  let name: string;

  beforeEach(async () => {
    cluster = await startCluster();
    coordinator = await cluster.startCoordinator();
    publisher = await connectPublisher(cluster.nats);
    ({ name } = await coordinator.client.submitSweep({
      requestId: randomUUID(),
      studyYaml: smallStudyYaml({ configs: ['A', 'B'] }),
    }));
    worker = startRawWorker(coordinator.grpc, { slots: 2 });
    worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
  });
  afterEach(async () => {
    await worker?.[Symbol.asyncDispose]();
    await publisher?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  /** Collects until the stream ends. */
  function collect<T>(stream: AsyncIterable<T>): { readonly seen: T[]; readonly ended: Promise<void> } {
    const seen: T[] = [];
    const ended = (async () => {
      for await (const message of stream) seen.push(message);
    })();
    ended.catch(() => undefined);
    return { seen, ended };
  }

  it('of a sweep gives the state at once, progress, each finished trial once, and ends with the sweep', async () => {
    const leases = [(await worker.assignment(0)).lease, (await worker.assignment(1)).lease] as const;
    const { seen, ended } = collect<SweepUpdate>(coordinator.client.stream('watchSweep', { name, minIntervalMs: 10 }));
    await eventually('the first message', () => seen[0]);
    expect(seen[0]).toMatchObject({ sweep: { state: 'SWEEP_STATE_ACTIVE', counts: { leased: 2 } }, finished: [] });
    expect(seen[0]?.active).toHaveLength(2);
    const progress = { trainEpoch: 1, trainEpochs: 2, step: 3, steps: 6, loss: 0.5, phase: 'training' };
    worker.send({ started: { lease: leases[0] } });
    worker.send({
      heartbeat: { sequence: 9, running: [{ lease: leases[0], progress }], outboxRecords: 0, draining: false },
    });
    await eventually('progress', () => seen.find(({ active }) => active.some((trial) => trial.progress?.step === 3)));
    for (const lease of leases) {
      await publisher.result(lease);
      await worker.receipt(`small-1.${lease.cell}.1.result`);
    }
    await ended;
    expect(seen.at(-1)).toMatchObject({
      sweep: { state: 'SWEEP_STATE_COMPLETED', counts: { succeeded: 2 } },
      active: [],
    });
    const finished = seen.flatMap((message) => message.finished);
    expect(finished.map(({ cell }) => cell).sort()).toEqual([0, 1]);
    expect(finished.every(({ state, metrics }) => state === 'TRIAL_STATE_SUCCEEDED' && metrics.length === 1)).toBe(
      true,
    );
    const revisions = seen.map(({ sweep }) => sweep.revision);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  });

  it('of a finished sweep is one message', async () => {
    await coordinator.client.cancelSweep({ requestId: randomUUID(), name });
    const sweep = collect<SweepUpdate>(coordinator.client.stream('watchSweep', { name }));
    const table = collect<TableUpdate>(coordinator.client.stream('watchTable', { table: { parent: name } }));
    await Promise.all([sweep.ended, table.ended]);
    expect(sweep.seen).toMatchObject([{ sweep: { state: 'SWEEP_STATE_CANCELLED' } }]);
    expect(table.seen).toMatchObject([{ complete: false }]);
  });

  it('of a table comes again after each change, and only then', async () => {
    const leases = [(await worker.assignment(0)).lease, (await worker.assignment(1)).lease] as const;
    const { seen, ended } = collect<TableUpdate>(
      coordinator.client.stream('watchTable', { table: { parent: name }, minIntervalMs: 1 }),
    );
    await eventually('the table as it is', () => seen[0]);
    await publisher.result(leases[0]);
    await eventually('a table with one result', () => seen.find(({ rows }) => rows.some(({ n }) => n === 1)));
    await publisher.result(leases[1]);
    await ended;
    expect(seen.at(-1)).toMatchObject({ complete: true, rows: [{ n: 1 }, { n: 1 }] });
    const revisions = seen.map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('that the client cancels, or whose deadline passes, leaves nothing behind', async () => {
    const { SweepService } = loadTickworkProto();
    const client = new SweepService(coordinator.grpc, credentials.createInsecure());
    const statusOf = (call: ClientReadableStream<unknown>) =>
      new Promise<string>((resolve) => {
        call.on('error', () => undefined);
        call.on('data', () => undefined);
        call.on('status', ({ code }) => resolve(status[code] as string));
      });
    const cancelled = client.watchSweep({ name });
    cancelled.once('data', () => cancelled.cancel());
    expect(await statusOf(cancelled)).toBe('CANCELLED');
    expect(await statusOf(client.watchSweep({ name }, { deadline: Date.now() + 200 }))).toBe('DEADLINE_EXCEEDED');
    client.close();
    const counted = /^tickwork_grpc_requests_total\{method="WatchSweep",code="CANCELLED"\} 2$/m;
    await eventually('both to be over', async () => {
      const text = await (await fetch(`${coordinator.http}/metrics`)).text();
      return counted.test(text) ? true : undefined;
    });
  });

  it('that is open, unread or idle does not hold up a shutdown, and ends as UNAVAILABLE', async () => {
    const { SweepService } = loadTickworkProto();
    const client = new SweepService(coordinator.grpc, credentials.createInsecure());
    const unread = client.watchSweep({ name, minIntervalMs: 1 });
    unread.on('error', () => undefined);
    const { ended } = collect<SweepUpdate>(coordinator.client.stream('watchSweep', { name }));
    await nextTurn();
    const stopped = coordinator.stop();
    expect(coordinator.stop()).toBeInstanceOf(Promise);
    await stopped;
    await expect(ended).rejects.toMatchObject({ code: status.UNAVAILABLE });
    client.close();
  });
});

describe('a pending cell', () => {
  it('says why it waits', async () => {
    await using cluster = await startCluster();
    const { client, grpc } = await cluster.startCoordinator();
    const submit = (study: string) =>
      client.submitSweep({ requestId: randomUUID(), studyYaml: smallStudyYaml({ name: study, configs: ['A', 'B'] }) });
    const reason = async (parent: string) =>
      (await client.listTrials({ parent, state: 'TRIAL_STATE_PENDING' })).trials
        .map((trial: { waitingReason: string }) => trial.waitingReason)
        .at(-1) as string;
    const first = await submit('first');
    const second = await submit('second');
    expect(await reason(first.name)).toBe('no worker is connected');
    await using worker = startRawWorker(grpc);
    worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
    const { lease } = await worker.assignment(0);
    // Equals share: the one with fewer trials under way has the next turn.
    expect(await reason(first.name)).toBe('all 1 slots are busy, and second-1 comes first');
    expect(await reason(second.name)).toBe('all 1 slots are busy');
    worker.send({ released: { lease, kind: 'FAILURE_KIND_OUT_OF_MEMORY', message: 'needs 3 GB' } });
    // Lost attempts come first: it is running again at once, and the reason is told with the trial.
    expect((await worker.assignment(1)).lease).toMatchObject({ cell: lease.cell, attempt: 2 });
  });
});
