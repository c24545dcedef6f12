import type { Scheduler } from './scheduler.ts';

/** A machine's own clock, which is wrong and runs at its own speed. */
export interface Machine {
  readonly name: string;
  /** Its milliseconds for each true one. */
  readonly rate: number;
  /** Unix milliseconds as this machine believes. */
  now(): number;
  /** Milliseconds of a clock that nobody sets, at this machine's speed. */
  steady(): number;
  /** Sets the clock forward, or back. */
  jump(ms: number): void;
}

/** When every world begins, before its machines' clocks go wrong. */
const BEGINNING = Date.UTC(2026, 0, 1);

export function createMachine(scheduler: Scheduler, name: string, rate: number, offsetMs: number): Machine {
  let offset = offsetMs;
  return {
    name,
    rate,
    now: () => Math.round(BEGINNING + offset + scheduler.now * rate),
    steady: () => Math.round(BEGINNING + offsetMs + scheduler.now * rate),
    jump: (ms) => void (offset += ms),
  };
}
