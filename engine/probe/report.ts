import type { EngineErrorCode } from '../errors.ts';
import type { Device, ExecutorDescription, ExecutorName, ExecutorOptions, Precision } from '../executor.ts';

/** One executor on one device: what a probe tries. */
export interface Candidate {
  readonly executor: ExecutorName;
  readonly device: Device;
  readonly precision: Precision;
  /** Threads inside one operator. */
  readonly threads: number;
  readonly deterministic: boolean;
}

/** How fast, on this machine, at this moment. */
export interface Speed {
  /** GFLOP/s of a convolution 3×3, 64 → 64 channels, 32 × 32 pixels; a multiply-add counts as two. */
  readonly forward: number;
  readonly inputGradient: number;
  readonly filterGradient: number;
  /** Images of that convolution: 32, or 1 where that took too long. */
  readonly batch: number;
  /** Of a whole training step of a small network: what `auto` compares. */
  readonly imagesPerSecond: number;
}

export interface ProbeFailure {
  readonly code: EngineErrorCode;
  /** What was expected, what came, what to do. */
  readonly message: string;
}

/** What a probe's process is asked. */
export interface ProbeRequest {
  readonly executor: ExecutorName;
  readonly options: ExecutorOptions;
}

/** What it says of an executor that works. */
export interface ProbeAnswer {
  /** What really ran. */
  readonly description: ExecutorDescription;
  /** Largest difference from the stored values, relative to the largest element of each. */
  readonly relativeError: number;
  readonly speed: Speed;
}

export type ProbeOutcome =
  | ({ readonly usable: true } & ProbeAnswer)
  | { readonly usable: false; readonly description?: ExecutorDescription; readonly failure: ProbeFailure };

export interface ProbeReport {
  readonly candidate: Candidate;
  readonly outcome: ProbeOutcome;
  /** Unix milliseconds of the measurement. */
  readonly at: number;
  /** Wall time of the probe. */
  readonly seconds: number;
  /** Read from the cache. */
  readonly cached: boolean;
}
