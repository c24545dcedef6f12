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
  const { network, config, dropout, batchSize, trainEpochs, testImages } = parameters;
  const description = describeNetwork(network, config, { ...networkEnds(parameters), dropout });
  const forward = countMultiplyAccumulates(description);
  const trainedPerEpoch = Math.floor(parameters.trainImages / batchSize) * batchSize;
  const finalViews = countTestViews(parameters, description.side);
  return forward * (3 * trainedPerEpoch * trainEpochs + testImages * (trainEpochs + finalViews));
}

/** Forward passes of the final test of one image; one over a whole image counts by its area. */
function countTestViews({ testScale, testCrops, testFlip, testDense }: TrialParameters, side: number): number {
  const scales = typeof testScale === 'number' ? [testScale] : testScale;
  const crops = testDense === true ? 0 : testCrops === 'corners' ? 5 : testCrops * testCrops;
  const whole = (scale: number): number => (testDense === false ? 0 : (scale / side) ** 2);
  const views = scales.reduce((total, scale) => total + whole(scale) + crops, 0);
  return views * (testFlip ? 2 : 1);
}

/** `trialCost`, remembered for each set of parameters it has seen; keeps at most `capacity` of them. */
export function createCostModel(capacity = 10_000): (parameters: TrialParameters) => number {
  const known = new Map<string, number>();
  return (parameters) => {
    const key = JSON.stringify(parameters);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    if (known.size >= capacity) known.clear();
    const cost = trialCost(parameters);
    known.set(key, cost);
    return cost;
  };
}
