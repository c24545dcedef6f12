import { Interrupted } from './exit-codes.ts';

export interface Interrupts {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** Aborts at a second one. */
  readonly force: AbortSignal;
  /** Call for each signal that arrives. */
  receive(name: string): void;
}

/** Ctrl-C reaches us twice at once when npm stands in between and forwards it; that is still one interrupt. */
const SAME_WITHIN_MS = 500;

/** First interrupt: end in order. Second: end now. @param now milliseconds of any clock. */
export function createInterrupts(now: () => number): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  let receivedAt: number | undefined;
  return {
    signal: first.signal,
    force: second.signal,
    receive(name) {
      if (receivedAt === undefined) {
        receivedAt = now();
        first.abort(new Interrupted(name));
      } else if (now() - receivedAt >= SAME_WITHIN_MS) {
        second.abort(new Interrupted(name));
      }
    },
  };
}
