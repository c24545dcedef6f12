import { networkEnds } from '../../../core/catalogue/classes.ts';
import { DATASETS } from '../../../core/catalogue/datasets.ts';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { withoutFrozenDropout } from '../../../core/networks/frozen.ts';
import { uniform } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import type { TrialSpec } from '../../../core/study/trial-parameters.ts';
import type { HostTensor, RunInputs, Step } from '../../../engine/mod.ts';
import { initialState } from '../networks/initial-state.ts';
import { meanImageScaling, type PixelScaling, scalingOf } from '../networks/pixel-scaling.ts';
import { type Objective, trainingStep } from '../networks/training-step.ts';
import { OPTIMISERS, scalarsAt } from '../optimisers/optimisers.ts';

/** A trial's training step, and something to run it on. */
export interface CellStep {
  readonly step: Step;
  readonly description: NetworkDescription;
  /** Weights as the trial starts with them. */
  readonly state: Readonly<Record<string, HostTensor>>;
  /** Made-up images, labels and masks; scalars of the trial's first step. */
  readonly inputs: RunInputs;
}

export function describeTrial({ parameters }: TrialSpec): NetworkDescription {
  const { network, config, dropout } = parameters;
  return describeNetwork(network, config, { ...networkEnds(parameters), dropout });
}

/** Without looking at an image, so that a mean image is flat. */
export function scalingOfTrial(spec: TrialSpec): PixelScaling {
  const { dataset, inputNormalisation } = spec.parameters;
  const { normalisation } = DATASETS[dataset];
  if (inputNormalisation !== 'subtract-mean-image') return scalingOf(normalisation, inputNormalisation);
  const { side, channels } = describeTrial(spec);
  const flat = { length: side * side * channels };
  const levels = Float32Array.from(flat, (_, i) => 255 * (normalisation.mean[i % channels] ?? 0));
  return meanImageScaling({ side, levels }, channels);
}

/** @param objective in place of parts of the trial's own. */
export function cellStep(spec: TrialSpec, batch: number, objective: Partial<Objective> = {}): CellStep {
  const { parameters, seed } = spec;
  const whole = { ...parameters, ...objective };
  const description = withoutFrozenDropout(describeTrial(spec), whole.freeze);
  const step = trainingStep(description, batch, whole, scalingOfTrial(spec));
  const state = initialState(description, seed, OPTIMISERS[whole.optimiser], whole.freeze);
  return { step, description, state, inputs: inputsFor(step, spec, description.classes) };
}

interface ArrayOf<T> {
  from(source: { readonly length: number }, value: () => number): T;
}

function inputsFor({ signature }: Step, { parameters, seed }: TrialSpec, classes: number): RunInputs {
  const filled = <T>(name: string, shape: readonly number[], of: ArrayOf<T>, value: (draw: number) => number) => {
    const draws = createStream(seed, 'inspection', name);
    const size = shape.reduce((product, length) => product * length, 1);
    return { shape, data: of.from({ length: size }, () => value(uniform(draws))) };
  };
  const { images, labels, shifts } = signature.batch;
  const rows = labels?.shape ?? [];
  const oneHot = Float32Array.from({ length: rows.reduce((a, b) => a * b, 1) }, (_, index) =>
    Number(index % classes === (3 * Math.floor(index / classes)) % classes),
  );
  const keep = 1 - parameters.dropout;
  return {
    batch: {
      images: filled('images', images?.shape ?? [], Uint8Array, (value) => 256 * value),
      labels: { shape: rows, data: oneHot },
      ...(shifts && { shifts: filled('shifts', shifts.shape, Float32Array, (value) => 20 * value - 10) }),
    },
    scalars: scalarsAt(parameters, 0, 1),
    noise: Object.fromEntries(
      Object.entries(signature.noise).map(([name, { shape }]) => [
        name,
        filled(name, shape, Uint8Array, (value) => Number(value < keep)),
      ]),
    ),
  };
}
