import { z } from 'zod';
import { DATASET_NAMES } from '../catalogue/datasets.ts';
import { LOSS_NAMES } from '../catalogue/losses.ts';
import { NETWORK_FAMILIES, networkConfigs } from '../catalogue/networks.ts';

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
    /** Side of the grid of test crops: 1 is the centre crop, 5 is the paper's 5×5 grid. */
    testCrops: positiveInteger.max(9).default(1),
    /** Average the posteriors of each test crop and its mirror image. */
    testFlip: z.boolean().default(true),
    /** Mirror half of the training images. */
    trainFlip: z.boolean().default(true),
    learningRate: z.number().positive(),
    schedule: z.enum(['constant', 'step', 'poly', 'cosine']).default('constant'),
    /** Train epochs between two drops of the `step` schedule. */
    scheduleEvery: positiveInteger.default(10),
    /** What a drop of the `step` schedule multiplies by. */
    scheduleFactor: z.number().gt(0).lte(1).default(0.1),
    /** Exponent of the `poly` schedule. */
    schedulePower: z.number().gt(0).max(10).default(0.5),
    loss: z.enum(LOSS_NAMES).default('softmax'),
    optimiser: z.enum(['sgd', 'adam']).default('sgd'),
    /** Learning rate of biases, as a multiple of the others'. */
    biasRate: z.number().min(0).max(100).default(1),
    /** Root mean square at which each filter is held after an update; 0 leaves filters alone. */
    filterRadius: z.number().min(0).default(0),
    momentum: fraction.default(0.9),
    weightDecay: z.number().min(0).default(5e-4),
    dropout: fraction.default(0.5),
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
  });

export type TrialParameters = z.output<typeof trialParametersSchema>;

/** What a worker is asked to run: one configuration and one replica seed. */
export interface TrialSpec {
  readonly parameters: TrialParameters;
  readonly seed: number;
}
