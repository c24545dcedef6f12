import { TickworkError } from '../../core/errors.ts';
import { countWeightLayers } from '../../core/networks/counts.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import { listWeights } from '../../core/networks/weights.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { Executor, HostTensor, StepState } from '../../engine/executor.ts';
import { trialFingerprint } from './checkpoints/fingerprint.ts';
import { trialFolder, weightsFolder } from './checkpoints/folders.ts';
import { type KeptWeights, keepWeights, loadWeights } from './checkpoints/kept-weights.ts';
import { type CheckpointStore, createCheckpointStore } from './checkpoints/store.ts';
import { findHold, heldWeights, holdWeights } from './checkpoints/weights-hold.ts';
import { copyWeights } from './networks/copied-weights.ts';
import { initialState } from './networks/initial-state.ts';
import { OPTIMISERS } from './optimisers/optimisers.ts';
import type { TrialProvenance } from './outcome.ts';
import { TRIAL_START, type TrainingProgress } from './progress.ts';

/** Where a trial's checkpoints and the weights that trials keep for each other lie. */
export interface CheckpointPlace {
  /** A folder, perhaps one that workers share. */
  readonly root: string;
  /** Names the sweep and the cell, as a file name may. */
  readonly cell: string;
  /** Names this process among all that may write there, as a file name may. */
  readonly writer: string;
}

export interface Start {
  readonly state: Readonly<Record<string, HostTensor>>;
  readonly progress: TrainingProgress;
  /** Undefined where the trial saves no checkpoints. */
  readonly store: CheckpointStore | undefined;
  /** For the result's provenance. */
  readonly origin: Pick<TrialProvenance, 'resumedFrom' | 'initialWeights'>;
}

interface StartDependencies {
  readonly executor: Executor;
  readonly checkpoints?: CheckpointPlace | undefined;
  readonly onWarning: (message: string) => void;
}

/**
 * The state and the place from which a trial goes on: its last checkpoint that is whole, else its initial weights, drawn
 * from the seed or copied from what another trial has kept.
 * @throws TickworkError WEIGHTS_MISSING, CHECKPOINT_CORRUPT or STUDY_INVALID where kept weights are asked for and are not
 * there, are damaged or do not fit.
 */
export async function findStart(
  spec: TrialSpec,
  description: NetworkDescription,
  deps: StartDependencies,
): Promise<Start> {
  const { parameters, seed } = spec;
  const { executor, checkpoints, onWarning } = deps;
  const kept = await findKeptWeights(spec, checkpoints);
  const origin = kept && { initialWeights: { title: kept.title, digest: kept.digest } };
  const store =
    checkpoints && parameters.checkpointEvery > 0 && parameters.trainEpochs > 0
      ? createCheckpointStore({
          folder: trialFolder(checkpoints.root, checkpoints.cell),
          fingerprint: trialFingerprint(spec, executor.describe(), kept?.digest),
          writer: checkpoints.writer,
          onProblem: onWarning,
        })
      : undefined;
  const found = await store?.latest();
  if (found !== undefined) {
    const { state, progress } = found.checkpoint;
    const resumedFrom = { step: found.step, digest: found.digest };
    return { state, progress, store, origin: { ...origin, resumedFrom } };
  }
  // What trains nothing has no velocities.
  const frozen = parameters.trainEpochs === 0 ? countWeightLayers(description) : parameters.freeze;
  const drawn = initialState(description, seed, OPTIMISERS[parameters.optimiser], frozen);
  const state = kept ? copyWeights(drawn, description, kept, parameters) : drawn;
  return { state, progress: TRIAL_START, store, origin: { ...origin } };
}

async function findKeptWeights(
  { parameters, seed }: TrialSpec,
  place: CheckpointPlace | undefined,
): Promise<KeptWeights | undefined> {
  const name = parameters.initialWeights;
  if (name === undefined) return undefined;
  const root = requirePlace(place, name);
  const { cell, writer } = place as CheckpointPlace;
  const held = await findHold(root, cell);
  const kept = await loadWeights(weightsFolder(root, name, seed), held);
  if (kept.digest !== held) await holdWeights(root, cell, writer, kept.digest);
  return kept;
}

/** Keeps a trial's final weights under the name that its study gives them. @returns what to add to the provenance. */
export async function keepFinalWeights(
  { parameters, seed }: TrialSpec,
  description: NetworkDescription,
  state: StepState,
  place: CheckpointPlace | undefined,
): Promise<Pick<TrialProvenance, 'keptWeights'>> {
  const name = parameters.saveWeightsAs;
  if (name === undefined) return {};
  const folder = weightsFolder(requirePlace(place, name), name, seed);
  const names = listWeights(description).map((weight) => weight.name);
  const held = await heldWeights(requirePlace(place, name));
  const digest = await keepWeights(folder, place?.writer ?? '', description.title, names, state, held);
  return { keptWeights: { name, digest } };
}

function requirePlace(place: CheckpointPlace | undefined, name: string): string {
  if (place !== undefined) return place.root;
  throw new TickworkError('WEIGHTS_MISSING', `Expected a checkpoint folder for the weights '${name}', got none.`);
}
