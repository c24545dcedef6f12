import type { FailureKind } from '../../core/trial/states.ts';

/** One point of the learning curve of a command. */
export interface CommandReport {
  /** 1-based. */
  readonly trainEpoch: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What the result of a command was made with (invariant I8). */
export interface CommandProvenance {
  readonly command: {
    readonly words: readonly string[];
    readonly folder: string;
    /** Whether an earlier attempt had left something in the checkpoint directory. */
    readonly resumed: boolean;
    readonly seconds: number;
  };
}

export type CommandOutcome =
  | {
      readonly status: 'succeeded';
      readonly metrics: Readonly<Record<string, number>>;
      readonly provenance: CommandProvenance;
    }
  | { readonly status: 'failed'; readonly kind: FailureKind; readonly message: string };
