import type { CommandSpec } from '../core/command/command.ts';
import type { TrialSpec } from '../core/study/trial-parameters.ts';
import type { CommandOutcome, CommandReport } from './command/outcome.ts';
import type { TrialOutcome, TrialProgress, TrialReport } from './training/outcome.ts';

/** The built-in training, or the lab's own program. */
export type AssignedSpec = TrialSpec | CommandSpec;

export type AnyOutcome = TrialOutcome | CommandOutcome;

export type AnyReport = TrialReport | CommandReport;

/**
 * Between the agent and its trial process (`training/trial-process.ts`), over Node's IPC with `serialization: 'advanced'`.
 * A process runs one trial at a time and many in its life. Every `run` is answered by exactly one `outcome`, a stopped
 * one by `cancelled`; `started`, `progress`, `report` and `warning` come before it. A process that ends without it has crashed.
 */
export type AgentToTrial =
  | {
      readonly type: 'run';
      readonly trialId: string;
      /** Names the sweep and the cell, as a file name may: every attempt finds the checkpoints of the one before. */
      readonly cell: string;
      readonly spec: AssignedSpec;
      readonly options: TrialOptions;
    }
  | { readonly type: 'stop'; readonly trialId: string; readonly reason: string }
  /** Stops what runs and ends the process. */
  | { readonly type: 'shutdown' };

export interface TrialOptions {
  /** Directories that may hold datasets, in order of preference. */
  readonly datasetRoots: readonly string[];
  /** Holds checkpoints and kept weights. */
  readonly checkpointFolder: string;
  /** Where commands are started. */
  readonly commandFolder: string;
  readonly executor: ExecutorChoice;
  /** Threads that cut batches ahead of the training; 0: none. */
  readonly loaderThreads: number;
  /** Bytes of decoded photographs to keep. */
  readonly pixelCacheBytes: number;
  /** Prove each trial's training step on its first batch. */
  readonly checkFirstBatch: boolean;
}

/** What a slot's process opens; `worker/training` hands it to the engine as it is. */
export interface ExecutorChoice {
  readonly name: 'onnx' | 'torch' | 'tensorflow' | 'cpu';
  readonly device: 'cpu' | 'cuda' | 'webgpu';
  readonly precision: 'float32' | 'tf32' | 'bfloat16';
  readonly deterministic: boolean;
  /** CPU threads, at least 1. */
  readonly threads: number;
  /** Holds built addons. */
  readonly cacheFolder: string;
}

export type TrialToAgent =
  /** Sent once, when the process can take a `run`. */
  | { readonly type: 'ready' }
  | { readonly type: 'started'; readonly trialId: string }
  | ({ readonly type: 'progress'; readonly trialId: string } & TrialProgress)
  | ({ readonly type: 'report'; readonly trialId: string } & AnyReport)
  /** A process group that has to end with the process: its id. 0: it has ended. */
  | { readonly type: 'group'; readonly trialId: string; readonly group: number }
  /** What a person should know though the trial goes on. */
  | { readonly type: 'warning'; readonly trialId: string; readonly message: string }
  | { readonly type: 'outcome'; readonly trialId: string; readonly outcome: AnyOutcome };
