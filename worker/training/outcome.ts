import type { Normalisation } from '../../core/catalogue/datasets.ts';
import type { PerClass } from '../../core/evaluation/judge.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import type { ExecutorDescription } from '../../engine/executor.ts';

/** Errors in percent of images, times in seconds. Type aliases, so that they are also plain records of numbers. */
export type TrialMetrics = Readonly<{
  /** On the test images, by the trial's own protocol: crops of the test scale and their mirror images, averaged. */
  testError: number;
  /** No class that the image shows among the two, three, five highest; absent where there are no more classes. */
  testErrorTop2?: number;
  testErrorTop3?: number;
  testErrorTop5?: number;
  /** Mean over the classes of the share of their images that was recognised; absent where images show several classes. */
  testMeanRecall?: number;
  /** Mean over the classes of VOC's average precision at 11 points, images ranked by their votes for the class. */
  testMeanAveragePrecision?: number;
  /**
   * Over the last train epoch while it ran: each image under the weights of its step, with dropout and random crops. As
   * `testError`, of images of several classes too: the highest score is not for a class that the image shows. This and the next
   * two are absent where nothing was trained.
   */
  trainError?: number;
  /** Mean cross-entropy (nats) over the last train epoch while it ran, without the weight decay term. */
  trainLoss?: number;
  /** Training only, input pipeline included, evaluations and compilation left out. */
  imagesPerSecond?: number;
  trainSeconds: number;
  /** Of them, what steps have waited for their batches. */
  inputWaitSeconds: number;
  /** All evaluations: after every train epoch, and the last one. */
  testSeconds: number;
}>;

/** One point of a learning curve. */
export type EpochMetrics = Readonly<{
  trainLoss: number;
  trainError: number;
  /** Centre crop at the test scale, no mirror images; of the validation images when the trial holds some out. */
  testError: number;
  /** At the last step of the train epoch. */
  learningRate: number;
}>;

export interface TrialReport {
  /** 1-based. */
  readonly trainEpoch: number;
  readonly metrics: EpochMetrics;
}

export interface TrialProgress {
  readonly phase: 'loading' | 'training' | 'testing';
  /** 1-based; 0 where nothing is trained, as are the next three. */
  readonly trainEpoch: number;
  readonly trainEpochs: number;
  /** Training steps done and to do over the whole trial. */
  readonly step: number;
  readonly steps: number;
  readonly loss?: number;
  /** Since the last progress of this train epoch. */
  readonly imagesPerSecond?: number;
}

/** What a result was made with (invariant I8). */
export interface TrialProvenance {
  readonly engine: ExecutorDescription;
  readonly node: string;
  readonly tensorflowJs: string;
  /** Version of the random streams. */
  readonly streams: string;
  readonly dataset: string;
  readonly normalisation: Normalisation;
  /** Of the final test, by class. */
  readonly perClass: PerClass;
  /** The checkpoint that the attempt went on from. */
  readonly resumedFrom?: { readonly step: number; readonly digest: string };
  /** The weights that training began with, where they were not drawn from the seed. */
  readonly initialWeights?: { readonly title: string; readonly digest: string };
  /** The final weights, where they were kept. */
  readonly keptWeights?: { readonly name: string; readonly digest: string };
  /** Files that could not be decoded and were left out, the first few by name; not given when there were none. */
  readonly damagedImages?: { readonly count: number; readonly examples: readonly string[] };
}

/** The kinds of failure that a trial itself can have; its agent knows the others. */
export type TrialFailureKind = Exclude<FailureKind, 'preempted' | 'timed_out'>;

export type TrialOutcome =
  | { readonly status: 'succeeded'; readonly metrics: TrialMetrics; readonly provenance: TrialProvenance }
  | { readonly status: 'failed'; readonly kind: TrialFailureKind; readonly message: string };
