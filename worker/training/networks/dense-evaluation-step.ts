import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import type { Step } from '../../../engine/step.ts';
import type { Size } from '../data/crops.ts';
import { castVotes, evaluationSignature, imagesOf, type VoteKind } from './evaluation-step.ts';
import { forwardDensely } from './forward.ts';
import type { PixelScaling } from './pixel-scaling.ts';

/**
 * The network run over whole images: its first fully connected layer becomes a convolution of the map's size, the others
 * 1×1 convolutions, and the map of class scores is averaged before any softmax (Simonyan & Zisserman 2015, §3.2). At
 * the side it was trained on it gives what `evaluationStep` gives.
 * @param size of the images, pixels, both sides at least the network's own.
 */
export function denseEvaluationStep(
  trained: NetworkDescription,
  size: Size,
  batchSize: number,
  kind: VoteKind = 'posteriors',
  scaling?: PixelScaling,
): Step {
  const description = withoutAuxiliaryHeads(trained);
  return {
    name: `${description.title} dense evaluation of ${size.width}×${size.height} pixels, batch ${batchSize}`,
    signature: evaluationSignature(description, size, batchSize, scaling),
    run: ({ state, batch }) => {
      const scores = forwardDensely(description, state, imagesOf(batch, scaling));
      return { state: {}, metrics: { votes: castVotes(scores, kind) } };
    },
  };
}
