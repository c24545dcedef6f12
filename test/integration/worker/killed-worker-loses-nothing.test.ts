import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkerEvent } from '../../../worker/events.ts';
import { compileSources } from '../../support/compiled-sources.ts';
import { eventually } from '../../support/eventually.ts';
import {
  assignment,
  lease,
  receipts,
  startWorkerHarness,
  TRIAL_PROCESS,
  type WorkerHarness,
} from '../../support/worker-harness.ts';

const LAUNCHER = fileURLToPath(new URL('../../support/worker-process.mjs', import.meta.url));
const RESULT = 'grid-1.4.1.result';

let compiled: Awaited<ReturnType<typeof compileSources>>;
beforeAll(async () => {
  compiled = await compileSources();
});
afterAll(async () => compiled?.[Symbol.asyncDispose]());

interface WorkerProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  event<T extends WorkerEvent['type']>(type: T, recordId?: string): Promise<WorkerEvent>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

function startProcess(harness: WorkerHarness): WorkerProcess {
  const settings = {
    coordinator: harness.coordinator.address,
    name: 'w1',
    stateDir: join(harness.folder, 'state'),
    datasetRoots: [harness.folder],
  };
  const worker = fork(LAUNCHER, [compiled.dist, JSON.stringify(settings), TRIAL_PROCESS], { execArgv: [] });
  const events: WorkerEvent[] = [];
  worker.on('message', (event) => events.push(event as WorkerEvent));
  async function kill(signal: NodeJS.Signals): Promise<number | null> {
    if (worker.exitCode === null && worker.signalCode === null) {
      const exited = once(worker, 'exit');
      worker.kill(signal);
      await exited;
    }
    return worker.exitCode;
  }
  return {
    process: worker,
    event: (type, recordId) =>
      eventually(`event ${type}`, () =>
        events.find(
          (event) =>
            event.type === type && (recordId === undefined || ('recordId' in event && event.recordId === recordId)),
        ),
      ),
    kill,
    [Symbol.asyncDispose]: async () => void (await kill('SIGKILL')),
  };
}

/** Pids of the live children of a process. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('kill -9 of a worker', () => {
  test('with results in its outbox: the next process takes the stale lock and delivers them', async () => {
    await using harness = await startWorkerHarness();
    await using first = startProcess(harness);
    const stream = await harness.coordinator.connection(0);
    await harness.nats.kill();
    stream.send(assignment(4, 'succeed'));
    await first.event('record:kept', RESULT);
    await first.kill('SIGKILL');
    await harness.nats.restart();

    await using second = startProcess(harness);
    const again = await harness.coordinator.connection(1);
    expect(again.hello.inFlight).toEqual([lease(4)]);
    expect((await harness.record(RESULT)).record).toMatchObject({ kind: 'result', cell: 4, worker: 'w1' });
    again.send(receipts(RESULT, 'grid-1.4.1.report-1'));
    await second.event('record:receipted', RESULT);
    expect(await second.kill('SIGTERM')).toBe(0);
  });

  test('in the middle of a trial: the trial process dies with it and the lease is not claimed', async () => {
    await using harness = await startWorkerHarness();
    await using first = startProcess(harness);
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'deafToStop'));
    await first.event('trial:started');
    const children = await childrenOf(first.process.pid as number);
    expect(children).toHaveLength(1);
    await first.kill('SIGKILL');
    await eventually('the end of the trial process', () => (children.some(isAlive) ? undefined : true));

    await using second = startProcess(harness);
    expect((await harness.coordinator.connection(1)).hello.inFlight).toEqual([]);
    await second.event('stream:open');
  });
});

test('SIGTERM ends a worker with code 0, and leaves no process', async () => {
  await using harness = await startWorkerHarness();
  await using worker = startProcess(harness);
  const stream = await harness.coordinator.connection(0);
  stream.send(assignment(4, 'untilStopped'));
  await worker.event('trial:started');
  await harness.record('grid-1.4.1.report-1');
  stream.send(receipts('grid-1.4.1.report-1'));
  const children = await childrenOf(worker.process.pid as number);
  expect(await worker.kill('SIGTERM')).toBe(0);
  expect(children.filter(isAlive)).toEqual([]);
  await stream.expect('TrialReleased', (message) => message.released);
});
