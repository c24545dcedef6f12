import type { ErrorCode } from '../../../core/errors.ts';
import type { ReadableSets } from './direct-input.ts';
import type { InputPass } from './pass.ts';
import type { Ring } from './ring.ts';

/** What a loader thread is started with. */
export interface LoaderSettings {
  readonly sets: ReadableSets;
  /** Which of them it is, from 0, and how many there are. */
  readonly thread: number;
  readonly threads: number;
}

export interface LoaderOrder {
  /** Counts the passes of an input. */
  readonly number: number;
  readonly pass: InputPass;
  readonly ring: Ring;
}

/** An error that ends the pass. */
export interface LoaderFailure {
  /** Of the order. A pass that was given up may fail when the next one has begun. */
  readonly order: number;
  readonly code: ErrorCode;
  readonly message: string;
}
