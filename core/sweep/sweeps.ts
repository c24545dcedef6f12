import type { SweepState } from './state.ts';

/**
 * All sweeps of a cluster by id, in order of submission; immutable. Those that are over are kept apart, so that a change of one
 * that goes on costs what there is of these: a lab has some at a time, and thousands behind it.
 */
export interface Sweeps extends Iterable<readonly [id: string, sweep: SweepState]> {
  readonly size: number;
  get(id: string): SweepState | undefined;
  has(id: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<SweepState>;
  /** Those whose status is `active`, in order of submission. */
  readonly active: Iterable<SweepState>;
  /** With this one in the place of the one of its id, or as the last. */
  with(sweep: SweepState): Sweeps;
}

/** @param sweeps in order of submission. */
export function sweepsOf(sweeps: Iterable<SweepState>): Sweeps {
  const order: string[] = [];
  const active = new Map<string, SweepState>();
  const over = new Map<string, SweepState>();
  for (const sweep of sweeps) {
    order.push(sweep.id);
    (sweep.status === 'active' ? active : over).set(sweep.id, sweep);
  }
  return collection(order, active, over);
}

type Part = ReadonlyMap<string, SweepState>;

function collection(order: readonly string[], active: Part, over: Part): Sweeps {
  const get = (id: string): SweepState | undefined => active.get(id) ?? over.get(id);
  return {
    size: order.length,
    get,
    has: (id) => active.has(id) || over.has(id),
    keys: () => order,
    *[Symbol.iterator]() {
      for (const id of order) yield [id, get(id) as SweepState] as const;
    },
    *values() {
      for (const id of order) yield get(id) as SweepState;
    },
    active: { [Symbol.iterator]: () => active.values() },
    with(sweep) {
      const { id } = sweep;
      if (sweep.status !== 'active') {
        const others = new Map(active);
        others.delete(id);
        return collection(ordered(order, id, get), others, new Map(over).set(id, sweep));
      }
      if (active.has(id) || !over.has(id))
        return collection(ordered(order, id, get), new Map(active).set(id, sweep), over);
      // One that was over goes on; it is as old as it was.
      return sweepsOf(order.map((each) => (each === id ? sweep : (get(each) as SweepState))));
    },
  };
}

const ordered = (order: readonly string[], id: string, get: (id: string) => unknown): readonly string[] =>
  get(id) === undefined ? [...order, id] : order;
