/** A loaded machine is slow; a promise that is broken must not hang the test. */
const PATIENCE_MS = 15_000;

/** Looks again and again, with a bound, until `look` gives something. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  for (const deadline = Date.now() + patienceMs; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Expected ${what} within ${patienceMs} ms, got none.`);
  }
}
