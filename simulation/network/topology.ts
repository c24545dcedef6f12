/** Which machines hear each other. Directions are cut one by one: a network may be broken one way only. */
export interface Topology {
  cut(from: string, to: string): void;
  heal(from: string, to: string): void;
  healAll(): void;
  passes(from: string, to: string): boolean;
  /** Both ways. */
  connects(a: string, b: string): boolean;
  /** Called after each change. @returns the end of it. */
  onChange(listener: () => void): () => void;
}

export function createTopology(): Topology {
  const cuts = new Map<string, number>();
  const listeners = new Set<() => void>();
  const key = (from: string, to: string): string => `${from}>${to}`;

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }
  const passes = (from: string, to: string): boolean => !cuts.has(key(from, to));

  return {
    // Counted: two faults may cut the same line, and the first to end leaves the other's cut.
    cut(from, to) {
      cuts.set(key(from, to), (cuts.get(key(from, to)) ?? 0) + 1);
      tell();
    },
    heal(from, to) {
      const left = (cuts.get(key(from, to)) ?? 0) - 1;
      if (left > 0) cuts.set(key(from, to), left);
      else cuts.delete(key(from, to));
      tell();
    },
    healAll() {
      cuts.clear();
      tell();
    },
    passes,
    connects: (a, b) => passes(a, b) && passes(b, a),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
