import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LOSS_NAMES } from '../../../core/catalogue/losses.ts';
import { describeNetwork, NETWORK_FAMILIES, networkConfigs } from '../../../core/catalogue/networks.ts';
import { countMultiplyAccumulates, countParameters } from '../../../core/networks/counts.ts';
import type { Layer, LayerKind, NetworkDescription } from '../../../core/networks/description.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import type { ExecutorName, HostTensor } from '../../../engine/mod.ts';
import { denseEvaluationStep } from '../../../worker/training/networks/dense-evaluation-step.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { dropoutMaskSpecs, type Objective, trainingStep } from '../../../worker/training/networks/training-step.ts';
import { adamCorrections } from '../../../worker/training/optimisers/adam.ts';
import { OPTIMISERS } from '../../../worker/training/optimisers/optimisers.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { bytesOf, createUniform, relativeDifference, tensorOf } from '../executors/agreement.ts';

/** Another seed judges other networks: `TICKWORK_NETWORK_SEED=7 npx vitest run test/contract/training/trainer-agrees`. */
const SEED = Number(process.env.TICKWORK_NETWORK_SEED ?? 1);
const CASES = Number(process.env.TICKWORK_NETWORKS ?? 18);
const STEPS = 10;
/** Of float32 against float64, relative to the largest number of a tensor. */
const ROUNDING = { first: 3e-5, last: 1e-3, loss: 2e-4, votes: 3e-5 };
const MOMENTUM = 0.9;
const WEIGHT_DECAY = 0.01;

const python = process.env.TICKWORK_PYTHON;
const executors = await availableExecutors();
const hasTorch = python !== undefined && executors.includes('torch');

const uniform = createUniform(SEED);
const upTo = (most: number): number => Math.floor(uniform() * (most + 1));
const pick = <T>(...choices: readonly T[]): T => choices[upTo(choices.length - 1)] as T;

/** A layer that fits a map, or nothing. */
function randomLayer(side: number, channels: number): LayerKind | undefined {
  const size = pick(1, 2, 3, 3, 5);
  const groups = channels % 2 === 0 ? pick(1, 1, 2) : 1;
  const pad = Math.min(upTo(2), size - 1);
  const layer = pick<LayerKind>(
    {
      kind: 'conv',
      filters: groups * pick(1, 2, 3),
      size,
      pad,
      stride: pick(1, 1, 2, 3),
      groups,
      relu: pick(true, true, false),
    },
    { kind: 'conv', filters: groups * pick(2, 4), size: 3, pad: 1, groups, relu: true },
    { kind: 'max-pool', size: pick(2, 3), stride: pick(1, 2, 3), pad: upTo(1), rounding: pick('floor', 'ceil') },
    { kind: 'average-pool', size: pick(2, 3), stride: pick(1, 2) },
    // Krizhevsky's constants, Caffe's, and ones that matter.
    {
      kind: 'lrn',
      size: pick(3, 5),
      ...pick(
        { alpha: 1e-4, beta: 0.75, kappa: 2 },
        { alpha: 2e-5, beta: 0.75, kappa: 1 },
        { alpha: 0.3, beta: 0.6, kappa: 1 },
      ),
    },
    { kind: 'dropout', rate: pick(0.2, 0.5) },
  );
  const needed = 'size' in layer && layer.kind !== 'lrn' ? layer.size - 2 * ('pad' in layer ? (layer.pad ?? 0) : 0) : 1;
  return side >= Math.max(needed, 2) ? layer : undefined;
}

/** Some layers, perhaps two branches that are joined, perhaps an auxiliary head, and one or two dense layers. */
function randomNetwork(number: number): NetworkDescription {
  const classes = pick(3, 5);
  const base = { title: `random ${number}`, side: pick(8, 9, 11), channels: pick(1, 3, 4), classes };
  const head = (name: string, from?: readonly string[]): Layer[] => [
    { kind: pick('flatten', 'flatten', 'global-average-pool'), name: `${name}-flat`, ...(from && { from }) },
    ...(pick(true, false) ? [{ kind: 'dense', name: `${name}-hidden`, units: 7, relu: true } as const] : []),
    ...(pick(true, false) ? [{ kind: 'dropout', name: `${name}-dropout`, rate: 0.5 } as const] : []),
    { kind: 'dense', name: `${name}-scores`, units: classes, relu: false },
  ];
  const layers: Layer[] = [];
  const mapBehind = (name: string): readonly number[] => {
    const whole = {
      ...base,
      layers: [
        ...layers,
        { kind: 'flatten', name: 'f', from: [name] } as const,
        { kind: 'dense', name: 'd', units: classes, relu: false } as const,
      ],
    };
    return inferShapes(whole).find(({ layer }) => layer.name === name)?.output ?? [];
  };
  let [last, side, channels] = ['image', base.side, base.channels] as [string, number, number];
  const add = (layer: Layer): void => {
    layers.push(layer);
    last = layer.name;
    [side = 0, , channels = 0] = mapBehind(last);
  };
  for (let place = 0; place < 2 + upTo(3); place += 1) {
    const kind = randomLayer(side, channels);
    if (kind !== undefined) add({ ...kind, name: `layer${place}`, from: [last] });
  }
  if (pick(true, false)) {
    const stem = last;
    add({ kind: 'conv', name: 'left', filters: 2, size: 1, pad: 0, relu: true, from: [stem] });
    add({ kind: 'max-pool', name: 'right', size: 3, stride: 1, pad: 1, from: [stem] });
    add({ kind: 'concat', name: 'both', from: ['left', 'right'] });
  }
  const trunk = last;
  const auxiliary = pick(true, false);
  if (auxiliary) layers.push(...head('aux', [trunk]));
  layers.push(...head('main', [trunk]));
  return { ...base, layers, ...(auxiliary && { auxiliaryHeads: [{ layer: 'aux-scores', lossWeight: 0.3 }] }) };
}

interface Case {
  readonly network: NetworkDescription;
  readonly objective: Objective;
  readonly batch: number;
  readonly weights: Readonly<Record<string, HostTensor>>;
  readonly large: HostTensor;
  readonly steps: readonly {
    readonly images: HostTensor;
    readonly labels: HostTensor;
    readonly masks: Readonly<Record<string, HostTensor>>;
    readonly learningRate: number;
  }[];
}

function randomCase(number: number): Case {
  const network = randomNetwork(number);
  const { side, channels, classes } = network;
  const loss = LOSS_NAMES[number % LOSS_NAMES.length] ?? 'softmax';
  const several = (loss === 'hinge' || loss === 'squared-hinge' || loss === 'ranking-hinge') && pick(true, false);
  const optimiser = pick('sgd', 'sgd', 'adam');
  const objective: Objective = {
    loss,
    optimiser,
    biasRate: pick(1, 2),
    biasDecay: pick(0, 1),
    layerRates: ['main-scores=3'],
    layerDecays: ['main-scores=0.5'],
    freeze: 0,
    filterRadius: optimiser === 'adam' ? 0 : pick(0, 0.2),
  };
  const batch = 3 + upTo(2);
  const weights = Object.fromEntries(
    listWeights(network).map(({ name, shape, fanIn }): [string, HostTensor] => [
      name,
      tensorOf(shape, () => (2 * uniform() - 1) * Math.sqrt(3 / fanIn)),
    ]),
  );
  /** Grey levels of four kinds, so that pooled windows have ties; or any numbers. */
  const coarse = pick(true, false);
  const images = (count: number, length: number): HostTensor =>
    tensorOf([count, length, length, channels], () => (coarse ? upTo(3) - 1 : 2 * uniform() - 1));
  const labels = (): HostTensor => {
    const shown = Array.from({ length: batch }, () => upTo(classes - 1));
    return tensorOf([batch, classes], (index) =>
      several ? pick(0, 0, 0.5, 1) : Number(shown[Math.floor(index / classes)] === index % classes),
    );
  };
  // More steps of Adam would show what rounding has made of gradients that are 0.
  const steps = Array.from({ length: optimiser === 'adam' ? 1 : STEPS }, (_, step) => ({
    images: images(batch, side),
    labels: labels(),
    masks: Object.fromEntries(
      Object.entries(dropoutMaskSpecs(network, batch)).map(([name, { shape }]): [string, HostTensor] => [
        name,
        bytesOf(shape, () => Number(uniform() < 0.6)),
      ]),
    ),
    learningRate: step < STEPS / 2 ? 0.01 : 0.001,
  }));
  return { network, objective, batch, weights, large: images(1, side + 5), steps };
}

const cases = Array.from({ length: CASES }, (_, number) => randomCase(number));

/** Every configuration of the catalogue, ablation rows and all. */
const published = NETWORK_FAMILIES.flatMap((family) =>
  networkConfigs(family).map((config) => ({
    name: `${family} ${config}`,
    network: describeNetwork(family, config, { channels: 3, classes: family.endsWith('8') ? 10 : 1000, dropout: 0.5 }),
  })),
);

/** A tensor of PyTorch's; null where it hangs on rounding. */
interface Known {
  readonly shape: readonly number[];
  readonly data: readonly (number | null)[];
}

interface Reference {
  readonly losses: readonly number[];
  readonly first: Readonly<Record<string, Known>>;
  readonly last: Readonly<Record<string, Known>>;
  readonly dense: Known;
  readonly parameters: number;
  readonly multiplyAccumulates: number;
}

function askPyTorch(): { readonly trained: readonly Reference[]; readonly counted: readonly [number, number][] } {
  const script = fileURLToPath(new URL('./networks_in_float64.py', import.meta.url));
  const asked = {
    cases: cases.map((one) => ({ ...one, momentum: MOMENTUM, weightDecay: WEIGHT_DECAY })),
    networks: published.map(({ network }) => ({
      ...network,
      weights: Object.fromEntries(listWeights(network).map(({ name, shape }) => [name, shape])),
    })),
  };
  const input = JSON.stringify(asked, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );
  return JSON.parse(execFileSync(python as string, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 }));
}

describe.skipIf(!hasTorch)(
  'networks that were drawn at random, trained and tested by PyTorch in double precision',
  () => {
    const { trained, counted } = hasTorch ? askPyTorch() : { trained: [], counted: [] };

    test('have the counts that PyTorch finds', () => {
      for (const [number, { network }] of cases.entries()) {
        expect(countParameters(network)).toBe(trained[number]?.parameters);
        expect(countMultiplyAccumulates(network)).toBe(trained[number]?.multiplyAccumulates);
      }
    });

    test.each(published.map(({ name }, index) => [name, index] as const))('and so has %s', (_, index) => {
      const { network } = published[index] as (typeof published)[number];
      expect([countParameters(network), countMultiplyAccumulates(network)]).toEqual(counted[index]);
    });

    test.each(executors)('learn and vote the same on %s', { timeout: 120_000 }, async (name) => {
      for (const [number, one] of cases.entries()) {
        const reference = trained[number] as Reference;
        const { losses, first, last, votes } = await train(name, one);
        const what = `${one.network.title} ${JSON.stringify({ ...one.objective, layers: one.network.layers })}`;
        const farthest = (
          ours: Readonly<Record<string, HostTensor>>,
          theirs: Readonly<Record<string, Known>>,
        ): number => Math.max(...Object.entries(theirs).map(([weight, known]) => distance(ours[weight], known)));
        expect(farthest(first, reference.first), `${what}: after one step`).toBeLessThan(ROUNDING.first);
        for (const [step, loss] of losses.entries()) {
          const theirs = reference.losses[step] ?? Number.NaN;
          expect(Math.abs(loss - theirs) / Math.max(1, theirs), `${what}: loss ${step}`).toBeLessThan(ROUNDING.loss);
        }
        expect(farthest(last, reference.last), `${what}: after ten steps`).toBeLessThan(ROUNDING.last);
        expect(distance(votes, reference.dense), `${what}: votes over a larger image`).toBeLessThan(ROUNDING.votes);
      }
    });
  },
);

function distance(ours: HostTensor | undefined, { shape, data }: Known): number {
  const theirs = Float32Array.from(data, (number, index) => number ?? ours?.data[index] ?? Number.NaN);
  return relativeDifference(ours, { shape, data: theirs });
}

async function train(name: ExecutorName, { network, objective, batch, weights, large, steps }: Case) {
  const executor = await openForTest(name);
  try {
    const state = executor.createState({ ...initialState(network, 1, OPTIMISERS[objective.optimiser]), ...weights });
    const [, side = 0] = large.shape;
    const tested = await executor.compile(denseEvaluationStep(network, { width: side, height: side }, 1, 'scores'));
    const { votes } = await tested.run(state, { batch: { images: large }, scalars: {}, noise: {} });
    const step = await executor.compile(trainingStep(network, batch, objective));
    const read = async (): Promise<Record<string, HostTensor>> =>
      Object.fromEntries(
        await Promise.all(Object.keys(weights).map(async (weight) => [weight, await state.read(weight)] as const)),
      );
    const losses: number[] = [];
    let first: Record<string, HostTensor> = {};
    for (const [t, { images, labels, masks, learningRate }] of steps.entries()) {
      const scalars = { learningRate, momentum: MOMENTUM, weightDecay: WEIGHT_DECAY, ...adamCorrections(t) };
      const metrics = await step.run(state, { batch: { images, labels }, scalars, noise: masks });
      losses.push(metrics.loss?.data[0] ?? Number.NaN);
      if (t === 0) first = await read();
    }
    return { losses, first, last: await read(), votes };
  } finally {
    await executor.dispose();
  }
}
