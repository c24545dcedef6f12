import { NODE_WIDTH, type Node, type SparseVector } from './sparse-vector.ts';

/**
 * Finds holes of a kind in vectors that differ by few writes, without looking at every index: of each stretch of 1,024 it is
 * remembered which kinds of holes it has, and a write leaves the nodes of all stretches but one as they were. What is remembered
 * follows from nodes and `kindOf`, so whoever asks about an older vector is told the truth of that.
 */
export interface HoleIndex<T> {
  /**
   * Holes below `bound` of which `isWanted` is true, ascending; it is asked once for each kind.
   * @param maxNew stretches of which nothing is remembered yet that are looked at; then the search ends, and the next one goes on.
   */
  find(
    vector: SparseVector<T>,
    bound: number,
    isWanted: (kind: number, index: number) => boolean,
    maxNew: number,
  ): Generator<number>;
}

const STRETCH = NODE_WIDTH ** 2;

/** @param kindOf pure; undefined: it is never looked for. */
export function createHoleIndex<T>(kindOf: (index: number) => number | undefined): HoleIndex<T> {
  const touched = new WeakMap<Node<T>, readonly Kind[]>();
  /** Stretches without any entry, by their first index. */
  const untouched = new Map<number, readonly Kind[]>();

  function remembered(node: Node<T> | undefined, base: number): readonly Kind[] | undefined {
    return node === undefined ? untouched.get(base) : touched.get(node);
  }

  function look(node: Node<T> | undefined, base: number, bound: number): readonly Kind[] {
    const found = new Map<number, number>();
    for (const index of holesOf(node, base, bound)) {
      const kind = kindOf(index);
      if (kind !== undefined && !found.has(kind)) found.set(kind, index);
    }
    const kinds = [...found].map(([kind, first]): Kind => ({ kind, first }));
    if (node === undefined) untouched.set(base, kinds);
    else touched.set(node, kinds);
    return kinds;
  }

  return {
    *find(vector, bound, isWanted, maxNew) {
      const verdicts = new Map<number, boolean>();
      const wants = (kind: number, index: number): boolean => {
        const known = verdicts.get(kind);
        if (known !== undefined) return known;
        const wanted = isWanted(kind, index);
        verdicts.set(kind, wanted);
        return wanted;
      };
      let left = maxNew;
      for (let base = 0; base < bound; base += STRETCH) {
        const node = stretchAt(vector, base);
        let kinds = remembered(node, base);
        if (kinds === undefined) {
          if (left-- === 0) return;
          kinds = look(node, base, bound);
        }
        if (!kinds.some(({ kind, first }) => wants(kind, first))) continue;
        for (const index of holesOf(node, base, bound)) {
          const kind = kindOf(index);
          if (kind !== undefined && wants(kind, index)) yield index;
        }
      }
    },
  };
}

interface Kind {
  readonly kind: number;
  /** The first hole of it in the stretch. */
  readonly first: number;
}

/** The node of level 1 that holds the stretch from `base` on; undefined when it has no entry. */
function stretchAt<T>({ root, depth }: SparseVector<T>, base: number): Node<T> | undefined {
  // A vector of one level has less than a stretch.
  if (depth === 1) return base === 0 && root.length > 0 ? [root] : undefined;
  if (base >= NODE_WIDTH ** depth) return undefined;
  let node: Node<T> | undefined = root;
  for (let level = depth - 1; level > 1 && node !== undefined; level--)
    node = node[Math.floor(base / NODE_WIDTH ** level) % NODE_WIDTH] as Node<T> | undefined;
  return node;
}

function* holesOf<T>(node: Node<T> | undefined, base: number, bound: number): Generator<number> {
  const end = Math.min(bound, base + STRETCH);
  for (let index = base; index < end; index++) {
    const offset = index - base;
    const leaf = node?.[Math.floor(offset / NODE_WIDTH)] as Node<T> | undefined;
    if (leaf?.[offset % NODE_WIDTH] === undefined) yield index;
  }
}
