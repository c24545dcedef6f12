export interface BackoffOptions {
  readonly firstMs: number;
  readonly capMs: number;
}

/**
 * Full-jitter exponential backoff (Brooker 2015, "Exponential Backoff And Jitter").
 * @param attempt 0 for the first retry.
 * @param random uniform in [0, 1).
 * @returns milliseconds to wait, in [0, min(capMs, firstMs · 2^attempt)).
 */
export function backoffMs(attempt: number, random: number, { firstMs, capMs }: BackoffOptions): number {
  return random * Math.min(capMs, firstMs * 2 ** Math.min(attempt, 30));
}
