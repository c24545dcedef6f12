import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { integer } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { type TrialParameters, trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import type { ExecutorName } from '../../../engine/mod.ts';
import type { TrialProvenance } from '../../../worker/training/outcome.ts';
import type { AgentToTrial, TrialToAgent } from '../../../worker/trial-messages.ts';
import { DATASET_ROOTS } from '../../support/datasets.ts';
import { availableExecutors, engineCache } from '../../support/executors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';

/** Compiled by `npm run build`, as the agent forks it. */
const PROGRAM = fileURLToPath(new URL('../../../dist/worker/training/trial-process.js', import.meta.url));
const CELL = 'grid-1.7';
/** 16 steps an epoch, 192 in all; every source of state: momentum, dropout, random scales, a plateau. */
const PARAMETERS: TrialParameters = trialParametersSchema.parse({
  ...SHORT_TRIAL,
  trainImages: 256,
  testImages: 64,
  trainEpochs: 12,
  trainScale: [32, 40],
  dropout: 0.4,
  schedule: 'plateau',
  schedulePatience: 1,
  learningRate: 0.05,
  checkpointEvery: 7,
});

/** Every other schedule, optimiser, way to test and way to change an image, each with checkpoints in the middle of an epoch. */
const OTHERS: Readonly<Record<string, TrialParameters>> = Object.fromEntries(
  Object.entries({
    'adam, cosine, colours shifted, a mean image, dense and crops at two scales': {
      dataset: 'textures',
      optimiser: 'adam',
      schedule: 'cosine',
      learningRate: 0.002,
      colourShift: 0.1,
      inputNormalisation: 'subtract-mean-image',
      testDense: 'and-crops',
      testScale: [32, 36],
      testCrops: 2,
      validationImages: 40,
      trainScale: [32, 48],
      checkpointEvery: 5,
    },
    'poly, auxiliary heads, a hinge loss, ten crops': {
      network: 'googlenet8',
      config: 'gap-aux1',
      schedule: 'poly',
      loss: 'weston-watkins',
      testCrops: 'corners',
      layerRates: ['fc=3'],
      checkpointEvery: 4,
      dropout: 0.5,
    },
    'steps, held filters, frozen layers, biases of their own, a plain mean': {
      network: 'alexnet8',
      config: 'base',
      schedule: 'step',
      scheduleEvery: 2,
      loss: 'squared-hinge',
      filterRadius: 0.1,
      freeze: 1,
      biasRate: 2,
      biasDecay: 1,
      inputNormalisation: 'subtract-mean',
      learningRate: 1e-5,
      checkpointEvery: 3,
    },
    'a plateau of the validation error, the lost training error, dense at one scale': {
      schedule: 'plateau',
      scheduleMetric: 'testError',
      schedulePatience: 1,
      scheduleFactor: 0.5,
      validationImages: 64,
      loss: 'crammer-singer',
      testDense: true,
      trainFlip: false,
      imagesPerClass: 25,
      classes: [3, 1, 7, 8],
      checkpointEvery: 1,
    },
  }).map(([name, changes]): [string, TrialParameters] => [
    name,
    trialParametersSchema.parse({
      ...SHORT_TRIAL,
      trainImages: 'imagesPerClass' in changes ? undefined : 128,
      testImages: 48,
      trainEpochs: 6,
      ...changes,
    }),
  ]),
);
/** Where they are killed; another seed kills elsewhere. */
const KILL_SEED = Number(process.env.TICKWORK_KILL_SEED ?? 1);

type Outcome = Extract<TrialToAgent, { readonly type: 'outcome' }>['outcome'];

interface Run {
  readonly child: ChildProcess;
  readonly received: TrialToAgent[];
  heard(matches: (message: TrialToAgent) => boolean): Promise<TrialToAgent>;
}

function start(executor: ExecutorName, checkpointFolder: string, parameters = PARAMETERS, loaderThreads = 1): Run {
  const child = fork(PROGRAM, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const received: TrialToAgent[] = [];
  const waiting = new Set<() => void>();
  child.on('message', (message: TrialToAgent) => {
    received.push(message);
    for (const check of waiting) check();
  });
  const message: AgentToTrial = {
    type: 'run',
    trialId: 'trial',
    cell: CELL,
    spec: { parameters, seed: 3 },
    options: {
      datasetRoots: DATASET_ROOTS,
      checkpointFolder,
      commandFolder: '',
      checkFirstBatch: false,
      loaderThreads,
      pixelCacheBytes: 0,
      executor: {
        name: executor,
        device: 'cpu',
        precision: 'float32',
        deterministic: true,
        threads: 1,
        cacheFolder: engineCache,
      },
    },
  };
  child.send(message);
  return {
    child,
    received,
    heard(matches) {
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
    },
  };
}

async function finish(
  run: Run,
): Promise<{ readonly outcome: Outcome; readonly reports: unknown[]; readonly steps: number }> {
  const message = await run.heard(({ type }) => type === 'outcome');
  const outcome = (message as Extract<TrialToAgent, { readonly type: 'outcome' }>).outcome;
  run.child.kill('SIGKILL');
  const reports = run.received.filter(({ type }) => type === 'report');
  const steps = Math.max(...run.received.map((told) => (told.type === 'progress' ? told.steps : 0)));
  return { outcome, reports, steps };
}

/** Metrics that say nothing of time. */
function numbersOf(outcome: Outcome): Record<string, number> {
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  const timed = /seconds$|perSecond$/i;
  return Object.fromEntries(Object.entries(outcome.metrics).filter(([name]) => !timed.test(name)));
}

const executors = (await availableExecutors()).filter((name) => name !== 'cpu');

describe.each(executors)('a trial on %s whose process is killed again and again', (executor) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const runs: Run[] = [];
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const { child } of runs.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await folder[Symbol.asyncDispose]();
  });
  const run = (place: string, parameters?: TrialParameters, loaderThreads?: number): Run => {
    const started = start(executor, join(folder.path, place), parameters, loaderThreads);
    runs.push(started);
    return started;
  };
  const killAt = async (started: Run, step: number): Promise<void> => {
    await started.heard((m) => m.type === 'progress' && m.phase === 'training' && m.step >= step);
    started.child.kill('SIGKILL');
    await once(started.child, 'exit');
  };

  it('has the metrics and the learning curve of one that never stopped', { timeout: 180_000 }, async () => {
    const whole = await finish(run('whole'));
    await killAt(run('killed'), 20);
    await killAt(run('killed'), 80);
    const resumed = await finish(run('killed'));

    expect(numbersOf(resumed.outcome)).toEqual(numbersOf(whole.outcome));
    expect(resumed.reports).toEqual(whole.reports);
    expect(whole.outcome).not.toHaveProperty('provenance.resumedFrom');
    expect(resumed.outcome).toHaveProperty('provenance.resumedFrom.step', expect.any(Number));
    if (resumed.outcome.status === 'failed') return;
    expect((resumed.outcome.provenance as TrialProvenance).resumedFrom?.step).toBeGreaterThanOrEqual(70);
  });

  // What is drawn, scheduled, tested and read from files is the same code on every executor.
  if (executor !== 'onnx') return;
  it.each(Object.entries(OTHERS))('so has one with %s', { timeout: 180_000 }, async (name, parameters) => {
    const whole = await finish(run('whole', parameters, 0));
    const steps = whole.steps;
    const stream = createStream(KILL_SEED, 'kills', name);
    const kills = [integer(stream, steps - 10), integer(stream, steps - 10)].sort((a, b) => a - b);
    for (const [attempt, step] of kills.entries()) await killAt(run('killed', parameters, 1 + attempt), step);
    const resumed = await finish(run('killed', parameters, 2));
    expect(numbersOf(resumed.outcome), `killed at ${kills}`).toEqual(numbersOf(whole.outcome));
    expect(resumed.reports).toEqual(whole.reports);
    expect(resumed.outcome).toHaveProperty('provenance.resumedFrom.step', expect.any(Number));
  });

  it('trusts no damaged checkpoint, says so, and goes on from an older one or afresh', async () => {
    const whole = await finish(run('whole'));
    const trial = join(folder.path, 'killed', 'trials', CELL);
    await killAt(run('killed'), 60);
    const files = (await readdir(trial)).filter((name) => name.endsWith('.checkpoint')).sort();
    expect(files).toHaveLength(2);
    await writeFile(join(trial, files[1] as string), 'half a check');
    const once = run('killed');
    const second = await finish(once);
    expect(once.received).toContainEqual(
      expect.objectContaining({ type: 'warning', message: expect.stringMatching(/Deleted a damaged checkpoint/) }),
    );
    expect(numbersOf(second.outcome)).toEqual(numbersOf(whole.outcome));
    expect(second.outcome).toHaveProperty('provenance.resumedFrom.step', Number((files[0] as string).slice(0, 12)));

    for (const name of await readdir(trial)) await writeFile(join(trial, name), '');
    const third = await finish(run('killed'));
    expect(numbersOf(third.outcome)).toEqual(numbersOf(whole.outcome));
    expect(third.outcome).not.toHaveProperty('provenance.resumedFrom');
  });
});
