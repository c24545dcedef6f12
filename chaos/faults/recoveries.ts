import type { Scope } from './inject.ts';
import type { FaultKind } from './plan.ts';

/** How long nothing was committed, and how long it took after each fault until something was. */
export interface Recoveries {
  ends(kind: FaultKind, scope: Scope): void;
  /** The receipt of a result has reached this worker. */
  receipted(worker: number): void;
  /** No more trials: what has not recovered by now has nothing left to show it by. */
  finish(): void;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Longest time between two receipts of anybody, ms. */
  readonly worstStallMs: number;
  /** From the end of a fault to the next receipt: of the worker it was about, or of anybody. */
  readonly recoveries: readonly { readonly kind: FaultKind; readonly ms: number }[];
}

interface Open {
  readonly kind: FaultKind;
  readonly scope: Scope;
  /** When the fault ended; later where another that holds up the same work ended after it. */
  since: number;
}

/** @param now milliseconds of a clock that nobody sets. */
export function createRecoveries(now: () => number): Recoveries {
  const faults = new Map<FaultKind, number>();
  const recoveries: { kind: FaultKind; ms: number }[] = [];
  let open: Open[] = [];
  let lastAt: number | undefined;
  let worstStallMs = 0;

  return {
    ends(kind, scope) {
      faults.set(kind, (faults.get(kind) ?? 0) + 1);
      // Only a fault of everybody's work keeps everybody from recovering.
      for (const other of open) if (scope === 'all' || scope === other.scope) other.since = now();
      open.push({ kind, scope, since: now() });
    },
    receipted(worker) {
      const at = now();
      if (lastAt !== undefined) worstStallMs = Math.max(worstStallMs, at - lastAt);
      lastAt = at;
      const recovered = open.filter(({ scope }) => scope === 'all' || scope === worker);
      open = open.filter((each) => !recovered.includes(each));
      for (const { kind, since } of recovered) recoveries.push({ kind, ms: at - since });
    },
    finish() {
      open = [];
    },
    faults,
    get worstStallMs() {
      return worstStallMs;
    },
    recoveries,
  };
}

/** @param sorted ascending. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
