import type { HostTensor } from '../../../engine/executor.ts';
import type { TrainingProgress } from '../progress.ts';

/**
 * All that a trial needs to go on as if it had never stopped. Orders, crops and noise are functions of seed, train epoch
 * and step, so the position stands for the data order and for every random stream.
 */
export interface Checkpoint {
  /** Of the trial and of what computes it; a checkpoint with another one is not this trial's. */
  readonly fingerprint: string;
  readonly progress: TrainingProgress;
  /** Weights and the optimiser's slots, in TensorFlow.js's layout. */
  readonly state: Readonly<Record<string, HostTensor>>;
}
