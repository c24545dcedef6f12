import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import type { Step } from '../../../engine/step.ts';
import { castVotes, evaluationSignature, imagesOf, type VoteKind } from './evaluation-step.ts';
import { forwardDensely } from './forward.ts';
import type { PixelScaling } from './pixel-scaling.ts';

/**
 * The network run over whole images: its first fully connected layer becomes a convolution of the map's size, the others
 * 1×1 convolutions, and the map of class scores is averaged before any softmax (Simonyan & Zisserman 2015, §3.2). At
 * the side it was trained on it gives what `evaluationStep` gives.
 * @param side of the square images, pixels, at least the network's own.
 */
export function denseEvaluationStep(
  trained: NetworkDescription,
  side: number,
  batchSize: number,
  kind: VoteKind = 'posteriors',
  scaling?: PixelScaling,
): Step {
  const description = withoutAuxiliaryHeads(trained);
  return {
    name: `${description.title} dense evaluation at ${side} pixels, batch ${batchSize}`,
    signature: evaluationSignature(description, side, batchSize, scaling),
    run: ({ state, batch }) => {
      const scores = forwardDensely(description, state, imagesOf(batch, scaling));
      return { state: {}, metrics: { votes: castVotes(scores, kind) } };
    },
  };
}
