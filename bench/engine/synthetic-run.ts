import { uniform } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import type { StepRun } from '../../engine/mod.ts';
import { initialState } from '../../worker/training/networks/initial-state.ts';
import { OPTIMISERS } from '../../worker/training/optimisers/optimisers.ts';
import type { Subject } from './subjects.ts';

/** Small enough that hundreds of steps on one batch stay finite. */
const SCALARS = { learningRate: 1e-3, momentum: 0.9, weightDecay: 5e-4 } as const;

/** A state as trials start with it, and one batch of made-up images and labels. */
export function syntheticRun({ description, batch }: Subject): StepRun {
  const { side, channels, classes } = description;
  const draws = createStream(1, 'benchmark', 'images');
  const images = Float32Array.from({ length: batch * side * side * channels }, () => 2 * uniform(draws) - 1);
  const labels = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) labels[row * classes + (row % classes)] = 1;
  return {
    state: initialState(description, 1, OPTIMISERS.sgd),
    inputs: {
      batch: {
        images: { shape: [batch, side, side, channels], data: images },
        labels: { shape: [batch, classes], data: labels },
      },
      scalars: SCALARS,
      noise: {},
    },
  };
}
