import type { CliContext } from './context.ts';
import { Interrupted } from './exit-codes.ts';

/** How a worker ends. */
export interface WorkerSignals {
  /** Now, in order: trials are stopped and their leases given back. */
  readonly signal: AbortSignal;
  /** When what runs has finished. */
  readonly drain: AbortSignal;
}

/**
 * SIGTERM drains the worker and, after `graceMs` or at a second signal, shuts it down; Ctrl-C, or the end of a supervising
 * `tickwork up`, shuts it down at once.
 */
export function workerSignals(
  { signal, force, clock, parent }: Pick<CliContext, 'signal' | 'force' | 'clock' | 'parent'>,
  graceMs: number,
): WorkerSignals {
  const stop = new AbortController();
  const drain = new AbortController();
  const first = (): void => {
    const patient = signal.reason instanceof Interrupted && signal.reason.by === 'SIGTERM' && parent === undefined;
    if (!patient || graceMs === 0) return stop.abort(signal.reason);
    drain.abort(signal.reason);
    if (Number.isFinite(graceMs)) void clock.sleep(graceMs, stop.signal).then(() => stop.abort(signal.reason));
  };
  if (signal.aborted) first();
  else signal.addEventListener('abort', first, { once: true });
  force.addEventListener('abort', () => stop.abort(force.reason), { once: true });
  return { signal: stop.signal, drain: drain.signal };
}
