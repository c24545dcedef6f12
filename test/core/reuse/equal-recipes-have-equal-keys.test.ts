import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createGrid } from '../../../core/grid/grid.ts';
import { canonicalJson } from '../../../core/json/canonical-json.ts';
import { mayTakeResult, RECIPE_VERSION, trialKeyOf } from '../../../core/reuse/trial-key.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { MAX_REUSE_CELLS, withReuse } from '../../../core/study/reuse.ts';
import type { Study } from '../../../core/study/study.ts';
import { trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import { rowsYaml } from '../../support/dependent-studies.ts';
import { smallStudy, spaceStudyYaml } from '../../support/studies.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const keyOf = (study: Study, cell = 0) => trialKeyOf({ study, grid: createGrid(study) }, cell, sha256);
const keysOf = (study: Study) => Array.from({ length: createGrid(study).cellBound }, (_, cell) => keyOf(study, cell));

const BASE = {
  network: 'vgg8',
  config: 'A',
  dataset: 'fashion-mnist',
  trainImages: 128,
  testImages: 64,
  trainEpochs: 1,
  batchSize: 32,
  trainScale: 28,
  testScale: 28,
  learningRate: 0.01,
};

const studyOf = (parameters: object, more: object = {}): Study =>
  loadStudy(JSON.stringify({ study: 'keys', seeds: [1], parameters, ...more }));

/** Another value of each parameter that determines a result and may be changed alone. */
const OTHERWISE: Readonly<Record<string, unknown>> = {
  config: 'B',
  classes: 4,
  trainImages: 160,
  validationImages: 10,
  testImages: 65,
  corruptImages: 'skip',
  trainEpochs: 2,
  batchSize: 16,
  trainScale: 29,
  testDense: true,
  testCrops: 2,
  testFlip: false,
  trainFlip: false,
  colourShift: 0.1,
  inputNormalisation: 'subtract-mean',
  learningRate: 0.02,
  schedule: 'cosine',
  scheduleEvery: 11,
  schedulePatience: 4,
  scheduleMetric: 'trainError',
  scheduleFactor: 0.2,
  schedulePower: 0.6,
  loss: 'hinge',
  optimiser: 'adam',
  biasRate: 2,
  biasDecay: 1,
  freeze: 1,
  filterRadius: 0.1,
  momentum: 0.8,
  weightDecay: 1e-4,
  dropout: 0.3,
  divergenceFactor: 5,
};

/** Those that need others beside them, or are lists. */
const TOGETHER: readonly (readonly [string, object])[] = [
  ['network', { network: 'vgg' }],
  ['dataset', { dataset: 'cifar-10' }],
  ['datasetFolder', { dataset: 'image-folder', datasetFolder: 'a', classes: ['x', 'y'] }],
  ['datasetFolder', { dataset: 'image-folder', datasetFolder: 'b', classes: ['x', 'y'] }],
  ['imagesPerClass', { trainImages: undefined, imagesPerClass: 20 }],
  ['testScale', { testScale: [28, 32] }],
  ['layerRates', { layerRates: ['fc8=10'] }],
  ['layerDecays', { layerDecays: ['fc8=10'] }],
  ['classes', { classes: [0, 1] }],
];

/** What only a trial may say that starts from weights. */
const OF_WEIGHTS = ['copyLayers', 'reinitialise'];

describe('the key of a trial', () => {
  it('is the SHA-256 of the canonical JSON of its recipe', () => {
    const { checkpointEvery: _, ...parameters } = trialParametersSchema.parse(BASE);
    expect(keyOf(studyOf(BASE))).toBe(sha256(canonicalJson({ parameters, recipe: RECIPE_VERSION, seed: 1 })));
  });

  test.each(Object.entries(OTHERWISE))('changes with %s', (name, value) => {
    expect(trialParametersSchema.parse(BASE)[name as 'config']).not.toEqual(value);
    expect(keyOf(studyOf({ ...BASE, [name]: value }))).not.toBe(keyOf(studyOf(BASE)));
  });

  it('has every parameter that there is as an ingredient, but for those that change no number', () => {
    const parameters = { ...trialParametersSchema.parse(BASE) };
    const told = [...Object.keys(OTHERWISE), ...TOGETHER.map(([name]) => name), ...OF_WEIGHTS];
    const ingredients = [...told, 'checkpointEvery', 'saveWeightsAs', 'initialWeights'];
    expect(Object.keys(parameters).filter((name) => !ingredients.includes(name))).toEqual([]);
    for (const name of ['checkpointEvery', 'saveWeightsAs'])
      expect(keyOf(studyOf({ ...BASE, [name]: name === 'saveWeightsAs' ? 'a' : 7 }))).toBe(keyOf(studyOf(BASE)));
  });

  it('changes with the seed, and with what is said together', () => {
    const keys = TOGETHER.map(([, parameters]) => keyOf(studyOf({ ...BASE, ...parameters })));
    keys.push(keyOf(studyOf(BASE)), keyOf(studyOf(BASE, { seeds: [2] })));
    expect(new Set(keys).size).toBe(TOGETHER.length + 2);
    expect(keys).not.toContain(undefined);
  });

  it('does not change with how the study is spelt, what it is called, or how it is run', () => {
    const shuffled = fc.shuffledSubarray(Object.entries(BASE), { minLength: Object.keys(BASE).length });
    const way = fc.record({
      entries: shuffled,
      factor: fc.constantFrom('learningRate', 'batchSize', 'config', 'labelled', 'none'),
      defaults: fc.boolean(),
      more: fc.constantFrom({}, { priority: 7 }, { title: 'T', maxAttempts: 9 }, { budget: { cells: 3 } }),
      name: fc.constantFrom('a', 'other'),
      seedAt: fc.nat(2),
      indent: fc.constantFrom(undefined, 1, 4),
    });
    fc.assert(
      fc.property(way, ({ entries, factor, defaults, more, name, seedAt, indent }) => {
        const parameters: Record<string, unknown> = {
          ...Object.fromEntries(entries),
          // What is said and what is left to its default mean the same.
          ...(defaults ? { momentum: 0.9, dropout: 0.5, testFlip: true } : {}),
        };
        const value = parameters[factor];
        if (value !== undefined) delete parameters[factor];
        const levels = value === undefined ? ['any label', 'x'] : [value];
        const factors =
          factor === 'none'
            ? {}
            : factor === 'labelled'
              ? { row: levels.map((label) => ({ label, learningRate: BASE.learningRate })) }
              : { [factor]: levels };
        const seeds = [11, 12, 13].map((seed, i) => (i === seedAt ? 1 : seed));
        const text = JSON.stringify({ study: name, seeds, parameters, factors, ...more }, undefined, indent);
        const study = loadStudy(text);
        const grid = createGrid(study);
        expect(keyOf(study, grid.cellOf(0, seedAt))).toBe(keyOf(studyOf(BASE)));
        if (factor === 'labelled') expect(keyOf(study, grid.cellOf(1, seedAt))).toBe(keyOf(studyOf(BASE)));
      }),
      { numRuns: 200 },
    );
  });

  it('is equal for equal configurations of a grid, a ladder and a random search, and for no others', () => {
    const grid = loadStudy(spaceStudyYaml({ factors: { learningRate: [0.01, 0.02], momentum: [0.5, 0.9] } }));
    const union = loadStudy(
      spaceStudyYaml({
        space: { union: [{ cells: [{ learningRate: 0.02, momentum: 0.9 }] }, { cells: [{ learningRate: 0.03 }] }] },
      }),
    );
    expect(new Set(keysOf(grid)).size).toBe(4);
    expect(keysOf(union)[0]).toBe(keysOf(grid)[3]);
    expect(keysOf(grid)).not.toContain(keysOf(union)[1]);
  });
});

describe('a trial that starts from the weights of another', () => {
  const rows = (...list: Parameters<typeof rowsYaml>[0]) => loadStudy(rowsYaml(list, [1, 2]));
  const base = { label: 'base', saveWeightsAs: 'w' };
  const leaf = { label: 'leaf', initialWeights: 'w' };

  it('has the recipe of that trial in its own, whatever the weights are called', () => {
    const study = rows(base, leaf);
    const renamed = rows({ label: 'x', initialWeights: 'v' }, { label: 'y', saveWeightsAs: 'v' });
    expect(keyOf(renamed, 0)).toBe(keyOf(study, 1));
    expect(keyOf(renamed, 1)).toBe(keyOf(study, 0));
    expect(keyOf(study, 1)).not.toBe(keyOf(study, 0));
    // Seed by seed.
    expect(new Set(keysOf(study)).size).toBe(4);
    const other = loadStudy(rowsYaml([base, leaf], [1, 2]).replace('0.01', '0.02'));
    expect(new Set([...keysOf(study), ...keysOf(other)]).size).toBe(8);
  });

  it('has the whole chain in it', () => {
    const chain = rows(base, { ...leaf, saveWeightsAs: 'v' }, { label: 'end', initialWeights: 'v' });
    const short = rows({ label: 'base', saveWeightsAs: 'v' }, { label: 'end', initialWeights: 'v' });
    expect(keyOf(chain, 2)).not.toBe(keyOf(short, 1));
    expect(keyOf(chain, 1)).toBe(keyOf(rows(base, leaf), 1));
  });

  it('has in it which layers start from them', () => {
    const copying = (more: object) => rows(base, { ...leaf, ...more });
    const studies = [copying({}), copying({ copyLayers: 2 }), copying({ reinitialise: ['fc8'] })];
    expect(new Set(studies.map((study) => keyOf(study, 1))).size).toBe(3);
  });

  it('of which no trial of its study has the weights is like no other', () => {
    expect(keyOf(rows(leaf, { label: 'alone' }), 0)).toBeUndefined();
    expect(keyOf(rows(leaf, { label: 'alone' }), 1)).toBe(keyOf(rows(base, leaf), 0));
  });

  it('is given a result, and one that keeps its weights is not', () => {
    const study = rows(base, leaf);
    expect([0, 1].map((cell) => mayTakeResult({ study, grid: createGrid(study) }, cell))).toEqual([false, true]);
  });
});

describe('a trial of the own program of a lab', () => {
  const command = (run: readonly string[], more: object = {}, says: object = { reuse: true }): Study =>
    loadStudy(
      JSON.stringify({
        study: 'own',
        command: { run, ...more },
        ...says,
        parameters: { data: 'here' },
        factors: { lr: [0.1, 0.2] },
      }),
    );
  const RUN = ['python3', 'train.py', '--lr', '{lr}'];

  it('has a key where the study vouches for it', () => {
    expect(keyOf(command(RUN))).toBe(
      sha256(
        canonicalJson({
          command: { run: RUN, graceSeconds: 10, exitCodes: {} },
          parameters: { data: 'here', lr: 0.1 },
          recipe: RECIPE_VERSION,
          seed: 1,
        }),
      ),
    );
    expect(keyOf(command(RUN, {}, {}))).toBeUndefined();
    expect(keyOf(command(RUN, {}, { reuse: false }))).toBeUndefined();
  });

  it('has its words, its settings and its parameters in it', () => {
    const keys = [
      ...keysOf(command(RUN)),
      keyOf(command([...RUN, '--fast'])),
      keyOf(command(RUN, { timeLimit: 60 })),
      keyOf(command(RUN, { grace: 5 })),
      keyOf(command(RUN, { exitCodes: { 3: 'diverged' } })),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has the recipes of all that it waits for in it, and is trained where others take up what it leaves', () => {
    const stages = (rate: number, waitFor = 'stage == "train"', more: object = {}) =>
      loadStudy(
        JSON.stringify({
          ...{ study: 'stages', reuse: true, command: ['python3', 'stages.py'], ...more },
          space: {
            union: [{ stage: ['train'], rate: [rate, 0.5] }, { stage: ['test'] }],
          },
          ...(waitFor === '' ? {} : { after: [{ cells: 'stage == "test"', waitFor }] }),
        }),
      );
    const cells = (study: Study) => [0, 1, 2].map((cell) => mayTakeResult({ study, grid: createGrid(study) }, cell));
    expect(cells(stages(0.1))).toEqual([false, false, true]);
    expect(cells(stages(0.1, ''))).toEqual([true, true, true]);
    expect(keysOf(stages(0.1)).slice(0, 2)).toEqual(keysOf(stages(0.1, '')).slice(0, 2));
    const tests = [
      stages(0.1),
      stages(0.2),
      stages(0.1, 'stage == "train" and rate == 0.1'),
      stages(0.1, 'stage == "train" and rate == 0.5'),
      stages(0.1, ''),
    ].map((study) => keyOf(study, 2));
    expect(new Set(tests).size).toBe(5);
    expect(tests).not.toContain(undefined);
    expect(keyOf(stages(0.1, 'stage == "train"', { title: 'again' }), 2)).toBe(tests[0]);
  });

  it('that starts from weights has the recipe of that trial in it, whatever they are called, or is like no other', () => {
    const rows = (...levels: readonly object[]) =>
      loadStudy(
        JSON.stringify({
          study: 'own',
          reuse: true,
          command: ['python3', 't.py'],
          parameters: { a: 1 },
          factors: { row: levels },
        }),
      );
    const study = rows({ label: 'x', b: 1, saveWeightsAs: 'w' }, { label: 'y', b: 2, initialWeights: 'w' });
    const renamed = rows({ label: 'x', b: 1, saveWeightsAs: 'v' }, { label: 'y', b: 2, initialWeights: 'v' });
    const other = rows({ label: 'x', b: 3, saveWeightsAs: 'w' }, { label: 'y', b: 2, initialWeights: 'w' });
    expect(keysOf(renamed)).toEqual(keysOf(study));
    expect(keyOf(other, 1)).not.toBe(keyOf(study, 1));
    expect(keyOf(rows({ label: 'y', b: 2, initialWeights: 'w' }))).toBeUndefined();
  });

  it('is found at once in a deep web of trials that wait for each other', () => {
    const depth = 12;
    const study = loadStudy(
      JSON.stringify({
        ...{ study: 'web', reuse: true, command: ['python3', 'stages.py'] },
        factors: { stage: Array.from({ length: depth }, (_, i) => i), width: [1, 2, 3, 4] },
        after: Array.from({ length: depth - 1 }, (_, i) => ({ cells: `stage == ${i + 1}`, waitFor: `stage == ${i}` })),
      }),
    );
    let hashed = 0;
    const grid = createGrid(study);
    const count = (text: string): string => {
      hashed++;
      return sha256(text);
    };
    for (let cell = 0; cell < grid.cellBound; cell++) expect(trialKeyOf({ study, grid }, cell, count)).toHaveLength(64);
    expect(hashed).toBe(4 * depth);
  });

  it('is not made reusable from outside', () => {
    expect(() => withReuse(command(RUN, {}, {}), true)).toThrow(/says reuse: true itself/);
    expect(withReuse(command(RUN), undefined).reuse).toBe(true);
    expect(withReuse(command(RUN), false).reuse).toBe(false);
  });
});

describe('a study that reuses results', () => {
  it('says so, or whoever submits it does', () => {
    expect(smallStudy().reuse).toBeUndefined();
    expect(smallStudy({ extra: 'reuse: true\n' }).reuse).toBe(true);
    expect(withReuse(smallStudy(), true).reuse).toBe(true);
    expect(withReuse(smallStudy(), false)).toEqual(smallStudy());
    expect(withReuse(smallStudy({ extra: 'reuse: true\n' }), false).reuse).toBe(false);
    expect(() => smallStudy({ extra: 'reuse: maybe\n' })).toThrow(/reuse/);
  });

  it('has so many cells at most', () => {
    const yaml = (cells: number, reuse: string) =>
      smallStudy({ configs: ['A'], extra: `  momentum: { from: 0, to: 0.9, count: ${cells} }\n${reuse}` });
    expect(yaml(MAX_REUSE_CELLS, 'reuse: true\n').reuse).toBe(true);
    expect(() => yaml(MAX_REUSE_CELLS + 1, 'reuse: true\n')).toThrow(
      /line \d+:\d+ reuse: Expected at most 100000 cells of a study that reuses results, got 100001/,
    );
    expect(() => withReuse(yaml(MAX_REUSE_CELLS + 1, ''), true)).toThrow(/Expected at most 100000 cells/);
  });
});
