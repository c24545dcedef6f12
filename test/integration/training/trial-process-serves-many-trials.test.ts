import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { AgentToTrial, TrialToAgent } from '../../../worker/trial-messages.ts';
import { DATASET_ROOTS } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';

const EXECUTOR = {
  name: 'onnx',
  device: 'cpu',
  precision: 'float32',
  deterministic: true,
  threads: 1,
  cacheFolder: 'unused',
} as const;

/** Compiled by `npm run build`, as the agent forks it. */
const PROGRAM = fileURLToPath(new URL('../../../dist/worker/training/trial-process.js', import.meta.url));
const PARAMETERS: TrialParameters = { ...SHORT_TRIAL, trainImages: 256, testImages: 64 };
/** Long enough to be stopped; nobody waits for its end. */
const ENDLESS = { trainImages: 60_000, trainEpochs: 1000 };

type Outcome = Extract<TrialToAgent, { readonly type: 'outcome' }>['outcome'];

describe('the trial process', () => {
  let child: ChildProcess;
  let received: TrialToAgent[];
  let waiting: Set<() => void>;
  let checkpoints: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    checkpoints = await temporaryFolder();
    received = [];
    waiting = new Set();
    child = fork(PROGRAM, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (message: TrialToAgent) => {
      received.push(message);
      for (const check of waiting) check();
    });
  });

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await checkpoints[Symbol.asyncDispose]();
  });

  function heard(matches: (message: TrialToAgent) => boolean): Promise<TrialToAgent> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = received.find(matches);
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  }

  const send = (message: AgentToTrial): void => void child.send(message);
  const run = (trialId: string, changes: Partial<TrialParameters> = {}, datasetRoots = DATASET_ROOTS): void =>
    send({
      type: 'run',
      trialId,
      cell: 'test-1.0',
      spec: { parameters: { ...PARAMETERS, ...changes }, seed: 1 },
      options: {
        datasetRoots,
        checkpointFolder: checkpoints.path,
        commandFolder: '',
        executor: EXECUTOR,
        loaderThreads: 1,
        pixelCacheBytes: 0,
        checkFirstBatch: false,
      },
    });
  const outcomeOf = async (trialId: string): Promise<Outcome> => {
    const message = await heard((m) => m.type === 'outcome' && m.trialId === trialId);
    return (message as Extract<TrialToAgent, { readonly type: 'outcome' }>).outcome;
  };
  const typesOf = (trialId: string): string[] =>
    received.filter((m) => m.type !== 'ready' && m.trialId === trialId).map(({ type }) => type);

  it('runs one trial after another, each in the order started, reports, outcome', async () => {
    await heard(({ type }) => type === 'ready');
    run('first');
    const first = await outcomeOf('first');
    expect(first).toMatchObject({ status: 'succeeded', provenance: { engine: { executor: 'onnx', threads: 1 } } });
    expect(typesOf('first').filter((type) => type !== 'progress')).toEqual(['started', 'report', 'report', 'outcome']);

    run('again');
    const again = await outcomeOf('again');
    for (const metric of ['testError', 'trainError', 'trainLoss'] as const) {
      expect(again).toHaveProperty(
        ['metrics', metric],
        first.status === 'succeeded' ? first.metrics[metric] : undefined,
      );
    }
  });

  it('goes on after a trial that failed', async () => {
    run('homeless', {}, []);
    expect(await outcomeOf('homeless')).toMatchObject({
      status: 'failed',
      kind: 'infrastructure',
      message: expect.stringMatching(/no directory was given/),
    });
    run('wild', { learningRate: 1e30 });
    expect(await outcomeOf('wild')).toMatchObject({ status: 'failed', kind: 'diverged' });
    run('sound', { trainEpochs: 1 });
    expect(await outcomeOf('sound')).toMatchObject({ status: 'succeeded' });
  });

  it('stops the trial it is told to stop, and no other', async () => {
    run('endless', ENDLESS);
    await heard((m) => m.type === 'progress' && m.phase === 'training');
    send({ type: 'stop', trialId: 'other', reason: 'a mistake' });
    run('impatient');
    expect(await outcomeOf('impatient')).toMatchObject({
      kind: 'infrastructure',
      message: expect.stringMatching(/runs trial endless/),
    });
    send({ type: 'stop', trialId: 'endless', reason: 'the sweep was cancelled' });
    expect(await outcomeOf('endless')).toEqual({
      status: 'failed',
      kind: 'cancelled',
      message: 'the sweep was cancelled',
    });
  });

  it('cancels what runs and ends when it is shut down', async () => {
    run('endless', ENDLESS);
    await heard((m) => m.type === 'progress' && m.phase === 'training');
    const exit = once(child, 'exit');
    send({ type: 'shutdown' });
    expect(await outcomeOf('endless')).toMatchObject({ status: 'failed', kind: 'cancelled' });
    expect(await exit).toEqual([0, null]);
  });

  it('ends with its agent, in the middle of a trial', async () => {
    run('endless', ENDLESS);
    await heard((m) => m.type === 'progress' && m.phase === 'training');
    const exit = once(child, 'exit');
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  });

  it('leaves signals of the whole process group to its agent', async () => {
    await heard(({ type }) => type === 'ready');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    run('after');
    expect(await outcomeOf('after')).toMatchObject({ status: 'succeeded' });
  });
});
