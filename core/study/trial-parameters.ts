import { z } from 'zod';
import { DATASET_NAMES } from '../catalogue/datasets.ts';
import { LOSS_NAMES } from '../catalogue/losses.ts';
import { NETWORK_FAMILIES, networkConfigs } from '../catalogue/networks.ts';
import { countTrainImages, datasetIssues } from './dataset-issues.ts';
import { layerIssues } from './layer-issues.ts';

const positiveInteger = z.int().min(1);
const fraction = z.number().min(0).lt(1);

/** A test scale Q, or several whose votes are averaged: posteriors, or the scores of a hinge loss. */
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
/** One folder below a dataset root: no separator, no leading dot, so that no study can leave the root. */
const folderName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, {
  error: 'Expected the name of one folder: letters, digits, ".", "_" or "-", not beginning with "." or "-"',
});

/** How many classes, or which: numbers (from 0) or names. A network needs two to choose from. */
const classes = z.union([
  z.int().min(2).max(65_535),
  z
    .array(z.union([z.int().min(0).max(65_534), z.string().min(1).max(200)]))
    .min(2)
    .max(1024),
]);

/**
 * Everything one trial needs to know, seed aside. Any of these may be a factor of the grid.
 * S and Q are the smallest image side in training and testing (Simonyan & Zisserman 2015, §3.1–3.2).
 */
const trialParametersObject = z
  .strictObject({
    network: z.enum(NETWORK_FAMILIES),
    /** Configuration within the family, for example VGG's `A-LRN`. */
    config: z.string(),
    dataset: z.enum(DATASET_NAMES),
    /** For `image-folder`: where it lies, below one of the worker's dataset roots. */
    datasetFolder: folderName.optional(),
    /** Default: all that the dataset has. */
    classes: classes.optional(),
    /** Drawn by the seed from the training set; the default follows from `imagesPerClass`. */
    trainImages: positiveInteger.optional(),
    /** The same number of training images of each class. */
    imagesPerClass: positiveInteger.optional(),
    /** Held out of the training set by the seed; learning curves are then measured on them instead of the test set. */
    validationImages: z.int().min(0).default(0),
    /** The first so many of the test set. */
    testImages: positiveInteger,
    /** What becomes of a trial that meets an image that cannot be decoded: it fails, or leaves the image out and says so. */
    corruptImages: z.enum(['fail', 'skip']).default('fail'),
    /** 0: nothing is trained, the weights that `initialWeights` names are tested as they are. */
    trainEpochs: z.int().min(0).max(10_000),
    batchSize: positiveInteger.max(4096),
    trainScale,
    testScale,
    /** Run the network over the whole rescaled image instead of crops of it, or average both (Simonyan & Zisserman 2015, §4.3). */
    testDense: z.union([z.boolean(), z.literal('and-crops')]).default(false),
    /**
     * Side of the grid of test crops: 1 is the centre crop, 5 is the 5×5 grid of Simonyan & Zisserman 2015; or `corners`, the
     * four corners and the centre of Krizhevsky et al. 2012.
     */
    testCrops: z.union([positiveInteger.max(9), z.literal('corners')]).default(1),
    /** Average the votes of each test crop and its mirror image. */
    testFlip: z.boolean().default(true),
    /** Mirror half of the training images. */
    trainFlip: z.boolean().default(true),
    /**
     * Standard deviation of the random multiples of the principal components of colour that are added to each training
     * image (Krizhevsky, Sutskever & Hinton 2012, §4.1: 0.1); 0 leaves colours alone.
     */
    colourShift: z.number().min(0).max(10).default(0),
    /**
     * `standardise`: zero mean and unit variance; grey levels 0–255 less their mean, as the papers had them: `subtract-mean` by
     * channel (VGG), `subtract-mean-image` by pixel, over the training images (Krizhevsky et al., Zeiler & Fergus, Caffe).
     */
    inputNormalisation: z.enum(['standardise', 'subtract-mean', 'subtract-mean-image']).default('standardise'),
    learningRate: z.number().positive(),
    schedule: z.enum(['constant', 'step', 'plateau', 'poly', 'cosine']).default('constant'),
    /** Train epochs between two drops of the `step` schedule. */
    scheduleEvery: positiveInteger.default(10),
    /** Train epochs without an improvement after which the `plateau` schedule drops. */
    schedulePatience: positiveInteger.default(3),
    /**
     * What the `plateau` schedule watches, after each train epoch. `testError` is that of the learning curve: of the
     * validation images where there are any; without them it is of the images of the final test.
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
    }
    if (p.trainEpochs === 0 && p.initialWeights === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['trainEpochs'],
        message: 'Expected initialWeights with trainEpochs = 0, which only tests what others have kept, got none',
      });
    }
    for (const { parameter, message } of [...datasetIssues(p), ...(configs.includes(p.config) ? layerIssues(p) : [])]) {
      context.addIssue({ code: 'custom', path: [parameter], message });
    }
  });

export const TRIAL_PARAMETER_NAMES: readonly string[] = Object.keys(trialParametersObject.shape);

export const trialParametersSchema = trialParametersObject.transform((p) => ({
  ...p,
  trainImages: countTrainImages(p) ?? 0,
}));

export type TrialParameters = z.output<typeof trialParametersSchema>;

/** What a worker is asked to run: one configuration and one replica seed. */
export interface TrialSpec {
  readonly parameters: TrialParameters;
  readonly seed: number;
}
