/** What was promised and did not hold. */
export interface Violation {
  /** Of the invariants I1 to I6, or the handover between two parts that protects them. */
  readonly promise: string;
  readonly message: string;
  /** Virtual milliseconds. */
  readonly at: number;
}

export interface Violations {
  add(promise: string, message: string): void;
  readonly all: readonly Violation[];
  /** No more are kept. */
  readonly enough: boolean;
}

/** Enough to see what is wrong. */
const KEPT = 10;

export function createViolations(now: () => number): Violations {
  const all: Violation[] = [];
  return {
    add(promise, message) {
      if (all.length < KEPT) all.push({ promise, message, at: Math.round(now()) });
    },
    all,
    get enough() {
      return all.length === KEPT;
    },
  };
}
