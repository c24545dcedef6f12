/** Releases one acquired thing; may be called once. */
export type Release = () => void | Promise<void>;

export interface Lifecycle extends AsyncDisposable {
  /** Remembers how to give something back; the last acquired is released first. Throws when already released. */
  add(name: string, release: Release): void;
  /** Releases everything, last first, past failures. Idempotent: later calls await the first. @throws AggregateError */
  release(): Promise<void>;
  readonly released: boolean;
}

/** The one primitive for start-up and shutdown: a partial start-up that fails releases just what it had acquired. */
export function createLifecycle(): Lifecycle {
  const releases: { readonly name: string; readonly release: Release }[] = [];
  let done: Promise<void> | undefined;

  async function releaseAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let entry = releases.pop(); entry; entry = releases.pop()) {
      try {
        await entry.release();
      } catch (error) {
        errors.push(new Error(`Could not release ${entry.name}: ${String(error)}`, { cause: error }));
      }
    }
    if (errors.length > 0)
      throw new AggregateError(errors, `${errors.length} releases failed: ${errors.map(String).join('; ')}`);
  }

  const release = (): Promise<void> => (done ??= releaseAll());
  return {
    add(name, entry) {
      if (done) throw new Error(`Expected a live lifecycle to add ${name} to, got one that is released.`);
      releases.push({ name, release: entry });
    },
    release,
    get released() {
      return done !== undefined;
    },
    [Symbol.asyncDispose]: release,
  };
}
