/**
 * An immutable array with holes: a radix-32 trie that shares all but one path with its predecessor
 * (Bagwell 2001, "Ideal Hash Trees"; Clojure's vectors). A write copies at most 7 nodes of 32 entries, so a sweep of 10^7 cells
 * costs nothing until its cells are touched, and `evolve` stays pure without copying the sweep.
 */
const BITS = 5;
const WIDTH = 1 << BITS;
/** Below this an index has at most six digits, and `>>>` knows no shift of 32 or more. */
const SHIFTABLE = WIDTH ** 6;

/** One node of the trie; writes elsewhere leave it the same object. */
export type Node<T> = readonly (Node<T> | T | undefined)[];

/** Entries of one node. */
export const NODE_WIDTH = WIDTH;

export interface SparseVector<T> {
  readonly depth: number;
  readonly root: Node<T>;
  /** Entries that are set. */
  readonly size: number;
}

export function emptyVector<T>(): SparseVector<T> {
  return { depth: 1, root: [], size: 0 };
}

/** 32-bit shifts where they suffice: they are several times faster than a division by a power. */
const digit = (index: number, level: number): number =>
  index < SHIFTABLE ? (index >>> (BITS * level)) & (WIDTH - 1) : Math.floor(index / WIDTH ** level) % WIDTH;

/** @returns undefined for a hole. */
export function vectorGet<T>(vector: SparseVector<T>, index: number): T | undefined {
  if (index >= WIDTH ** vector.depth) return undefined;
  let node: Node<T> | undefined = vector.root;
  for (let level = vector.depth - 1; level > 0; level--) {
    node = node[digit(index, level)] as Node<T> | undefined;
    if (node === undefined) return undefined;
  }
  return node[digit(index, 0)] as T | undefined;
}

/** @param index integer in [0, 2^35). */
export function vectorSet<T>(vector: SparseVector<T>, index: number, value: T): SparseVector<T> {
  let { depth, root } = vector;
  while (index >= WIDTH ** depth) {
    root = root.length === 0 ? [] : [root];
    depth++;
  }
  const isNew = vectorGet(vector, index) === undefined;
  return { depth, root: setIn(root, index, depth - 1, value), size: vector.size + (isNew ? 1 : 0) };
}

function setIn<T>(node: Node<T>, index: number, level: number, value: T): Node<T> {
  const copy = node.slice();
  const at = digit(index, level);
  copy[at] = level === 0 ? value : setIn((node[at] as Node<T> | undefined) ?? [], index, level - 1, value);
  return copy;
}

/** The vector with a hole at `index`; nodes without entries go, so that iterating costs what is there and not what was. */
export function vectorDelete<T>(vector: SparseVector<T>, index: number): SparseVector<T> {
  if (vectorGet(vector, index) === undefined) return vector;
  const root = deleteIn(vector.root, index, vector.depth - 1) ?? [];
  return { depth: vector.depth, root, size: vector.size - 1 };
}

/** @returns undefined when nothing is left of the node. */
function deleteIn<T>(node: Node<T>, index: number, level: number): Node<T> | undefined {
  const copy = node.slice();
  const at = digit(index, level);
  copy[at] = level === 0 ? undefined : deleteIn(node[at] as Node<T>, index, level - 1);
  return copy.some((entry) => entry !== undefined) ? copy : undefined;
}

/** As `vectorEntries`, several times faster. */
export function vectorForEach<T>(vector: SparseVector<T>, visit: (index: number, value: T) => void): void {
  forEachIn<T>(vector.root, vector.depth - 1, 0, visit);
}

function forEachIn<T>(node: Node<T>, level: number, base: number, visit: (index: number, value: T) => void): void {
  const width = WIDTH ** level;
  for (let i = 0; i < node.length; i++) {
    const entry = node[i];
    if (entry === undefined) continue;
    if (level === 0) visit(base + i, entry as T);
    else forEachIn(entry as Node<T>, level - 1, base + i * width, visit);
  }
}

/** Set entries in the order of their index. */
export function* vectorEntries<T>(vector: SparseVector<T>): Generator<readonly [index: number, value: T]> {
  yield* entriesOf<T>(vector.root, vector.depth - 1, 0);
}

function* entriesOf<T>(node: Node<T>, level: number, base: number): Generator<readonly [number, T]> {
  for (let i = 0; i < node.length; i++) {
    const entry = node[i];
    if (entry === undefined) continue;
    const index = base + i * WIDTH ** level;
    if (level === 0) yield [index, entry as T];
    else yield* entriesOf<T>(entry as Node<T>, level - 1, index);
  }
}
