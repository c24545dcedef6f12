/** What a sweep may use, hard limits all. Plain JSON: part of a stored study. */
export interface Budget {
  /** Cells that may ever be started. */
  readonly cells?: number;
  /** Slot time of all attempts, ended and under way. */
  readonly deviceMs?: number;
  /** From the submission on. */
  readonly wallMs?: number;
}

export interface Usage {
  readonly cells: number;
  readonly deviceMs: number;
  readonly wallMs: number;
}

const HOUR_MS = 3_600_000;

const hours = (ms: number): string => `${Number((ms / HOUR_MS).toPrecision(3))} h`;

/** Which limit is reached, for people; undefined while all hold. The number of cells ends nothing that runs. */
export function exceeded(budget: Budget, usage: Usage): string | undefined {
  if (budget.deviceMs !== undefined && usage.deviceMs >= budget.deviceMs)
    return `its ${hours(budget.deviceMs)} of device time are used up`;
  if (budget.wallMs !== undefined && usage.wallMs >= budget.wallMs) return `its ${hours(budget.wallMs)} have passed`;
  return undefined;
}

/**
 * Whether a trial that is expected to take so long may still start: it must end within the budget, and so must those that run.
 * @param expectedMs undefined where nothing is known of its speed: then it starts.
 * @param underWayMs what running trials are expected to take still.
 */
export function allowsStart(budget: Budget, usage: Usage, expectedMs: number | undefined, underWayMs: number): boolean {
  const { deviceMs = Number.POSITIVE_INFINITY, wallMs = Number.POSITIVE_INFINITY } = budget;
  if (expectedMs === undefined) return usage.deviceMs < deviceMs && usage.wallMs < wallMs;
  return usage.deviceMs + underWayMs + expectedMs <= deviceMs && usage.wallMs + expectedMs <= wallMs;
}
