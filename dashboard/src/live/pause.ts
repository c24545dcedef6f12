/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Wait before try number `attempt` (0 first) after a loss: 0.5 s, doubling, at most 5 s, spread so that tabs do not march in step. */
export const retryDelayMs = (attempt: number): number =>
  Math.min(5000, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);

/** Wait after a refusal, ms. Whoever looks at the page reads why; nothing on it may stay wrong when the reason has gone. */
export const REFUSED_MS = 5000;
