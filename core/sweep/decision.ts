import type { ErrorCode } from '../errors.ts';
import type { Disposition } from '../trial/states.ts';
import type { SweepEvent } from './events.ts';

/** Where an outside program finds the configuration that it asked for. */
export interface Asked {
  readonly gridIndex: number;
  readonly known: boolean;
}

/** Events to append (maybe none), or why not. `sweepId` and `disposition` answer the commands that ask for them. */
export type Decision =
  | {
      readonly ok: true;
      readonly events: readonly SweepEvent[];
      readonly sweepId?: string;
      readonly disposition?: Disposition;
      /** Of the configuration that was asked for, and whether it was there before. */
      readonly asked?: Asked;
    }
  | Rejection;

export interface Rejection {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
}

export function accept(
  events: readonly SweepEvent[],
  answer: { sweepId?: string; disposition?: Disposition; asked?: Asked } = {},
): Decision {
  return { ok: true, events, ...answer };
}

export function reject(code: ErrorCode, message: string): Rejection {
  return { ok: false, code, message };
}
