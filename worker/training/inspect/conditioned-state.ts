import type { HostTensor } from '../../../engine/executor.ts';

/** Adam's second moment in a state that is checked; its square root, corrected for the first step, is about 0.3. */
const VARIANCE = 1e-4;

/**
 * The state with Adam's second moments away from 0. From 0, Adam's first move is the learning rate with the sign of the
 * gradient, however small that is: rounding near 0 flips whole moves, and two right executors differ.
 */
export function conditionedState(state: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      name.endsWith('/variance')
        ? { shape: value.shape, data: new Float32Array(value.data.length).fill(VARIANCE) }
        : value,
    ]),
  );
}
