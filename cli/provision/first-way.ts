/** One way to come by something. */
export interface Way<T> {
  /** For the error, for example `apt-get install nats-server`. */
  readonly name: string;
  /** Throws an Error of one line when this way is closed. */
  readonly take: () => Promise<T>;
}

/** All ways were closed; `attempts` says why, a line each. */
export class NoWay extends Error {
  readonly attempts: readonly string[];

  constructor(attempts: readonly string[]) {
    super(attempts.join('; '));
    this.attempts = attempts;
  }
}

/**
 * Takes the ways in order until one leads somewhere.
 * @throws NoWay when none does; the reason of `signal` when it aborts.
 */
export async function firstWay<T>(ways: readonly Way<T>[], signal: AbortSignal): Promise<T> {
  const attempts: string[] = [];
  for (const way of ways) {
    signal.throwIfAborted();
    try {
      return await way.take();
    } catch (error) {
      attempts.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  signal.throwIfAborted();
  throw new NoWay(attempts);
}
