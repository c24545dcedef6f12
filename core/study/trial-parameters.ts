import { z } from 'zod';
import { DATASET_NAMES } from '../catalogue/datasets.ts';
import { LOSS_NAMES } from '../catalogue/losses.ts';
import { describeNetwork, NETWORK_FAMILIES, networkConfigs } from '../catalogue/networks.ts';
import { unknownLayers } from '../networks/layer-selection.ts';

const positiveInteger = z.int().min(1);
const fraction = z.number().min(0).lt(1);

/** A test scale Q, or several whose posteriors are averaged. */
const testScale = z.union([z.int().min(28).max(512), z.array(z.int().min(28).max(512)).min(1).max(8)]);

/** A training scale S: one side length in pixels, or a range from which each image draws its own. */
const trainScale = z.union([
  z.int().min(28).max(512),
  z.tuple([z.int().min(28).max(512), z.int().min(28).max(512)]).refine(([low, high]) => low < high, {
    error: 'Expected a range [Smin, Smax] with Smin < Smax',
  }),
]);

const layerName = z.string().regex(/^[a-z][a-z0-9_-]{0,47}$/, { error: 'Expected the name of a layer' });

/** The first so many layers with weights, or layers by name. */
const layers = z.union([z.int().min(0), z.array(layerName)], {
  error: 'Expected a number of layers or a list of their names',
});

/** Multipliers by layer, each spelled `fc8=10`. */
const multipliers = z.array(
  z.string().regex(/^[a-z][a-z0-9_-]{0,47}=\d{1,6}(\.\d{1,9})?$/, {
    error: 'Expected a layer and its multiplier, as in fc8=10',
  }),
);

/** What weights are kept under, in a worker's checkpoint folder. */
const weightsName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: 'Expected 1 to 64 lower-case letters, digits and "-"',
});

/**
 * Everything one trial needs to know, seed aside. Any of these may be a factor of the grid.
 * S and Q are the smallest image side in training and testing (Simonyan & Zisserman 2015, §3.1–3.2).
 */
export const trialParametersSchema = z
  .strictObject({
    network: z.enum(NETWORK_FAMILIES),
    /** Configuration within the family, for example VGG's `A-LRN`. */
    config: z.string(),
    dataset: z.enum(DATASET_NAMES),
    trainImages: positiveInteger,
    testImages: positiveInteger,
    trainEpochs: positiveInteger.max(10_000),
    batchSize: positiveInteger.max(4096),
    trainScale,
    testScale,
    /** Run the network over the whole rescaled image instead of crops of it. */
    testDense: z.boolean().default(false),
    /**
     * Side of the grid of test crops: 1 is the centre crop, 5 is the 5×5 grid of Simonyan & Zisserman 2015; or `corners`, the
     * four corners and the centre of Krizhevsky et al. 2012.
     */
    testCrops: z.union([positiveInteger.max(9), z.literal('corners')]).default(1),
    /** Average the posteriors of each test crop and its mirror image. */
    testFlip: z.boolean().default(true),
    /** Mirror half of the training images. */
    trainFlip: z.boolean().default(true),
    learningRate: z.number().positive(),
    schedule: z.enum(['constant', 'step', 'plateau', 'poly', 'cosine']).default('constant'),
    /** Train epochs between two drops of the `step` schedule. */
    scheduleEvery: positiveInteger.default(10),
    /** Train epochs without an improvement after which the `plateau` schedule drops. */
    schedulePatience: positiveInteger.default(3),
    /**
     * What the `plateau` schedule watches, after each train epoch. The test error looks at the images of the final test, as
     * the papers did with ImageNet's validation set.
     */
    scheduleMetric: z.enum(['trainLoss', 'trainError', 'testError']).default('trainLoss'),
    /** What a drop of the `step` and `plateau` schedules multiplies by. */
    scheduleFactor: z.number().gt(0).lte(1).default(0.1),
    /** Exponent of the `poly` schedule. */
    schedulePower: z.number().gt(0).max(10).default(0.5),
    loss: z.enum(LOSS_NAMES).default('softmax'),
    optimiser: z.enum(['sgd', 'adam']).default('sgd'),
    /** Learning rate of biases, as a multiple of the others'. */
    biasRate: z.number().min(0).max(100).default(1),
    /** Weight decay of biases, as a multiple of the others'; Caffe's models have 0. */
    biasDecay: z.number().min(0).max(100).default(0),
    /** Learning rate of some layers, as a multiple of the others'; times `biasRate` for their biases. */
    layerRates: multipliers.default([]),
    /** Weight decay of some layers, likewise. */
    layerDecays: multipliers.default([]),
    /** Layers that do not learn: no gradient, no decay, no momentum, and no dropout up to the last of them. */
    freeze: layers.default(0),
    /** Keep the weights under this name when the trial is over, for trials of the same seed to start from. */
    saveWeightsAs: weightsName.optional(),
    /** Start from the weights that a trial of the same seed has kept under this name. */
    initialWeights: weightsName.optional(),
    /** The layers to copy from them; the others start at random. Default: all. */
    copyLayers: layers.optional(),
    /** Layers that start at random all the same. */
    reinitialise: z.array(layerName).default([]),
    /** Root mean square at which each filter is held after an update; 0 leaves filters alone. */
    filterRadius: z.number().min(0).default(0),
    momentum: fraction.default(0.9),
    weightDecay: z.number().min(0).default(5e-4),
    dropout: fraction.default(0.5),
    /** A loss this many times that of the first step, or 1 where that was lower, ends the trial as diverged; 0 lets it go on. */
    divergenceFactor: z.number().min(0).default(1000),
    /** Training steps between two checkpoints; 0 saves none. */
    checkpointEvery: z.int().min(0).default(1000),
  })
  .superRefine((p, context) => {
    const configs = networkConfigs(p.network);
    if (!configs.includes(p.config)) {
      context.addIssue({
        code: 'custom',
        path: ['config'],
        message: `Expected config to be one of ${configs.join(', ')}, got ${JSON.stringify(p.config)}`,
      });
      return;
    }
    // Names of layers depend on neither channels nor classes.
    const description = describeNetwork(p.network, p.config, { channels: 1, classes: 10, dropout: p.dropout });
    const named = {
      layerRates: p.layerRates.map((text) => text.split('=', 1)[0] as string),
      layerDecays: p.layerDecays.map((text) => text.split('=', 1)[0] as string),
      freeze: p.freeze,
      copyLayers: p.copyLayers ?? [],
      reinitialise: p.reinitialise,
    };
    for (const [parameter, selection] of Object.entries(named)) {
      const problem = unknownLayers(description, selection);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [parameter], message: problem });
    }
    for (const parameter of ['copyLayers', 'reinitialise'] as const) {
      const given = parameter === 'copyLayers' ? p.copyLayers !== undefined : p.reinitialise.length > 0;
      if (given && p.initialWeights === undefined)
        context.addIssue({
          code: 'custom',
          path: [parameter],
          message: `Expected initialWeights with ${parameter}, got none`,
        });
    }
  });

export type TrialParameters = z.output<typeof trialParametersSchema>;

/** What a worker is asked to run: one configuration and one replica seed. */
export interface TrialSpec {
  readonly parameters: TrialParameters;
  readonly seed: number;
}
