import { networkEnds } from '../catalogue/classes.ts';
import { describeNetwork } from '../catalogue/networks.ts';
import type { TrialParameters } from '../study/trial-parameters.ts';
import { countMultiplyAccumulates } from './counts.ts';

/**
 * Multiply-accumulates of a whole trial: every training pass (forward, and twice that backward), the centre-crop
 * evaluation after each train epoch, and the final evaluation with its crops and mirror images. Comparable between
 * trials of one worker: schedulers start the longest first, plans turn it into hours at a measured rate.
 */
export function trialCost(parameters: TrialParameters): number {
  return costWith(parameters, forwardPass(parameters));
}

interface ForwardPass {
  readonly macs: number;
  /** Of the crops that the network takes. */
  readonly side: number;
}

function forwardPass(parameters: TrialParameters): ForwardPass {
  const { network, config } = parameters;
  // Dropout multiplies and adds nothing: its rate does not matter.
  const description = describeNetwork(network, config, { ...networkEnds(parameters), dropout: 0 });
  return { macs: countMultiplyAccumulates(description), side: description.side };
}

function costWith(parameters: TrialParameters, { macs, side }: ForwardPass): number {
  const { batchSize, trainEpochs, testImages } = parameters;
  const trainedPerEpoch = Math.floor(parameters.trainImages / batchSize) * batchSize;
  const finalViews = countTestViews(parameters, side);
  return macs * (3 * trainedPerEpoch * trainEpochs + testImages * (trainEpochs + finalViews));
}

/** Forward passes of the final test of one image; one over a whole image counts by its area. */
function countTestViews({ testScale, testCrops, testFlip, testDense }: TrialParameters, side: number): number {
  const scales = typeof testScale === 'number' ? [testScale] : testScale;
  const crops = testDense === true ? 0 : testCrops === 'corners' ? 5 : testCrops * testCrops;
  const whole = (scale: number): number => (testDense === false ? 0 : (scale / side) ** 2);
  const views = scales.reduce((total, scale) => total + whole(scale) + crops, 0);
  return views * (testFlip ? 2 : 1);
}

/** `trialCost` that remembers the networks it has seen, at most `capacity` of them: a grid has many configurations of few. */
export function createCostModel(capacity = 1_000): (parameters: TrialParameters) => number {
  const known = new Map<string, ForwardPass>();
  return (parameters) => {
    const { channels, classes } = networkEnds(parameters);
    const key = `${parameters.network} ${parameters.config} ${channels} ${classes}`;
    const found = known.get(key) ?? forwardPass(parameters);
    if (known.size >= capacity) known.clear();
    known.set(key, found);
    return costWith(parameters, found);
  };
}
