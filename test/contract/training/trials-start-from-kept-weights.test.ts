import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vgg8 } from '../../../core/networks/vgg.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import { type TrialParameters, trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { removeCheckpoints } from '../../../worker/training/checkpoints/folders.ts';
import { loadWeights } from '../../../worker/training/checkpoints/kept-weights.ts';
import { copyWeights } from '../../../worker/training/networks/copied-weights.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import type { TrialOutcome } from '../../../worker/training/outcome.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

const executor = createOnnxExecutor({ threads: 1 });
const datasets = paintedDataset(100, 30);
afterAll(() => executor.dispose());

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => folder[Symbol.asyncDispose]());

function run(changes: Partial<TrialParameters>, seed = 1, cell = 'grid-1.0'): Promise<TrialOutcome> {
  const checkpoints = { root: folder.path, cell, writer: 'test' };
  const { signal } = new AbortController();
  const deps = { executor, datasets, signal, now: () => 0, ...recorder(), checkpoints };
  return trainTrial({ parameters: { ...SHORT_TRIAL, ...changes }, seed }, deps);
}

function metricsOf(outcome: TrialOutcome) {
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.metrics;
}

function provenanceOf(outcome: TrialOutcome) {
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.provenance;
}

/** First four convolutions of A and its fully connected layers. */
const VGG_INITIAL_LAYERS = ['conv1_1', 'conv2_1', 'conv3_1', 'conv3_2', 'fc6', 'fc7', 'fc8'];
const kept = (seed = 1) => loadWeights(join(folder.path, 'weights', 'vgg-a', `seed-${seed}`));
const input = { channels: 1, classes: 10, dropout: 0.2 };

describe('weights kept by a trial', () => {
  it('are those of its end, by seed, and replace what was kept before', async () => {
    const first = provenanceOf(await run({ saveWeightsAs: 'vgg-a', trainEpochs: 1 }));
    const second = provenanceOf(await run({ saveWeightsAs: 'vgg-a' }));
    await run({ saveWeightsAs: 'vgg-a' }, 2);
    const weights = await kept();
    expect(weights).toMatchObject({ title: 'VGG/8 A', digest: second.keptWeights?.digest });
    expect(second.keptWeights?.digest).not.toBe(first.keptWeights?.digest);
    expect((await kept(2)).digest).not.toBe(weights.digest);
    expect(Object.keys(weights.weights)).toEqual(listWeights(vgg8('A', input)).map(({ name }) => name));
    expect(await readdir(join(folder.path, 'weights', 'vgg-a', 'seed-1'))).toEqual([`${weights.digest}.weights`]);
  });

  it('initialise the layers that a deeper network names; the others are drawn as ever', async () => {
    await run({ saveWeightsAs: 'vgg-a' });
    const weights = await kept();
    const deeper = vgg8('D', input);
    const drawn = initialState(deeper, 1);
    const start = copyWeights(drawn, deeper, weights, { copyLayers: VGG_INITIAL_LAYERS, reinitialise: ['fc8'] });
    for (const { name, layer } of listWeights(deeper)) {
      const copied = VGG_INITIAL_LAYERS.includes(layer) && layer !== 'fc8';
      expect(start[name]).toEqual(copied ? weights.weights[name] : drawn[name]);
    }
    const outcome = await run({ config: 'D', initialWeights: 'vgg-a', copyLayers: VGG_INITIAL_LAYERS });
    expect(provenanceOf(outcome).initialWeights).toEqual({ title: 'VGG/8 A', digest: weights.digest });
  });

  it('make a difference: a trial that only evaluates repeats the error of the one that kept them', async () => {
    const source = await run({ saveWeightsAs: 'vgg-a', trainEpochs: 3 });
    const frozen = await run({ initialWeights: 'vgg-a', freeze: 10, layerRates: ['fc8=0'], trainEpochs: 1 });
    if (source.status === 'failed' || frozen.status === 'failed') throw new Error('Expected both to succeed.');
    expect(frozen.metrics.testError).toBe(source.metrics.testError);
  });

  it.each<[string, Partial<TrialParameters>, string, RegExp]>([
    [
      'that nobody has kept',
      { initialWeights: 'vgg-b' },
      'infrastructure',
      /Expected kept weights in .*vgg-b.*saveWeightsAs/,
    ],
    [
      'that do not fit',
      { initialWeights: 'vgg-a', config: 'D' },
      'user_error',
      /kept from VGG\/8 A to fit VGG\/8 D, got conv1_2\/kernel \[3, 3, 8, 8\], there absent;/,
    ],
  ])('%s end a trial by name', async (_, changes, kind, message) => {
    await run({ saveWeightsAs: 'vgg-a', trainEpochs: 1 });
    expect(await run(changes)).toMatchObject({ status: 'failed', kind, message: expect.stringMatching(message) });
  });

  it('are the same for every attempt of a trial, whatever others keep under the name in between', async () => {
    const dependent = { initialWeights: 'vgg-a', learningRate: 0.005 };
    const first = provenanceOf(await run({ saveWeightsAs: 'vgg-a', trainEpochs: 1 })).keptWeights?.digest;
    const begun = await run(dependent);
    const second = provenanceOf(await run({ saveWeightsAs: 'vgg-a' }, 1, 'other-1.0')).keptWeights?.digest;
    expect(second).not.toBe(first);
    // What it has saved is thrown away, as another executor's would be: it begins anew, with the weights it began with.
    for (const name of await readdir(join(folder.path, 'trials', 'grid-1.0')))
      if (name.endsWith('.checkpoint')) await rm(join(folder.path, 'trials', 'grid-1.0', name));
    const again = await run(dependent);
    expect(provenanceOf(again).initialWeights?.digest).toBe(first);
    expect(again).toMatchObject({ metrics: { trainLoss: metricsOf(begun).trainLoss } });
    // Once the trial is forgotten, nothing holds the old ones.
    await removeCheckpoints(folder.path, 'grid-1.0');
    await run({ saveWeightsAs: 'vgg-a', trainEpochs: 3 }, 1, 'other-1.0');
    expect(await readdir(join(folder.path, 'weights', 'vgg-a', 'seed-1'))).toHaveLength(1);
  });

  it('are refused when they are damaged', async () => {
    const { keptWeights } = provenanceOf(await run({ saveWeightsAs: 'vgg-a', trainEpochs: 1 }));
    await writeFile(join(folder.path, 'weights', 'vgg-a', 'seed-1', `${keptWeights?.digest}.weights`), 'flipped');
    const outcome = await run({ initialWeights: 'vgg-a' });
    expect(outcome).toMatchObject({
      kind: 'infrastructure',
      message: expect.stringMatching(/^Expected .*\.weights to have 8 more bytes, got 7\.$/),
    });
  });
});

describe('a study is told', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ freeze: 12 }, 'Expected at most the 11 layers of VGG/8 A that have weights, got 12'],
    [{ freeze: ['conv9_9'] }, 'Expected layers of VGG/8 A that have weights (conv1_1, '],
    [{ layerRates: ['pool1=3'] }, 'Expected layers of VGG/8 A that have weights (conv1_1, '],
    [{ layerRates: ['fc8:3'] }, 'Expected a layer and its multiplier, as in fc8=10'],
    [{ copyLayers: 2 }, 'Expected initialWeights with copyLayers, got none'],
    [{ reinitialise: ['fc8'] }, 'Expected initialWeights with reinitialise, got none'],
  ])('what is wrong with %o', (changes, message) => {
    const parsed = trialParametersSchema.safeParse({ ...SHORT_TRIAL, ...changes });
    expect(parsed.error?.issues.map((issue) => issue.message).join('\n')).toContain(message);
  });
});
