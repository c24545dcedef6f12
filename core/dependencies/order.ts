/** Trials that may follow one another. */
export const MAX_CHAIN = 64;

/** Configurations in an order in which each comes after those it waits for, and how many come before it at most. */
export interface Order {
  readonly order: readonly number[];
  readonly depths: ReadonlyMap<number, number>;
  /** Those that wait for themselves, or for one that does; they stand last in `order`. */
  readonly entangled: readonly number[];
}

/**
 * Kahn's algorithm over those that wait.
 * @param dependents ascending. @param counts whether an upstream is waited for at all: one that will not run any more is not.
 */
export function orderOf(
  dependents: readonly number[],
  upstreamsOf: (gridIndex: number) => readonly number[],
  counts: (upstream: number) => boolean,
): Order {
  const depths = new Map<number, number>();
  const open = new Map<number, number>();
  const behind = new Map<number, number[]>();
  const waiting = new Set(dependents);
  for (const gridIndex of dependents) {
    let before = 0;
    for (const upstream of upstreamsOf(gridIndex)) {
      if (!waiting.has(upstream) || !counts(upstream)) continue;
      before++;
      const followers = behind.get(upstream);
      if (followers === undefined) behind.set(upstream, [gridIndex]);
      else followers.push(gridIndex);
    }
    open.set(gridIndex, before);
  }
  const order = dependents.filter((gridIndex) => open.get(gridIndex) === 0);
  for (let at = 0; at < order.length; at++) {
    const gridIndex = order[at] as number;
    depths.set(gridIndex, 1 + Math.max(...upstreamsOf(gridIndex).map((upstream) => depths.get(upstream) ?? 0)));
    for (const follower of behind.get(gridIndex) ?? []) {
      const left = (open.get(follower) as number) - 1;
      open.set(follower, left);
      if (left === 0) order.push(follower);
    }
  }
  const entangled = dependents.filter((gridIndex) => (open.get(gridIndex) as number) > 0);
  return { order: [...order, ...entangled], depths, entangled };
}

/** Each round of configurations that wait for one another, from one of them over those it waits for back to itself. */
export function roundsOf(
  entangled: readonly number[],
  upstreamsOf: (gridIndex: number) => readonly number[],
): readonly (readonly number[])[] {
  const among = new Set(entangled);
  const told = new Set<number>();
  const rounds: number[][] = [];
  for (const start of entangled) {
    const path: number[] = [];
    const places = new Map<number, number>();
    let at: number | undefined = start;
    while (at !== undefined && !places.has(at) && !told.has(at)) {
      places.set(at, path.length);
      path.push(at);
      at = upstreamsOf(at).find((upstream) => among.has(upstream));
    }
    for (const gridIndex of path) told.add(gridIndex);
    const from = at === undefined ? undefined : places.get(at);
    if (from !== undefined) rounds.push([...path.slice(from), at as number]);
  }
  return rounds;
}
