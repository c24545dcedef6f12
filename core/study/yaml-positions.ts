import { type Document, isMap, isNode, isPair, LineCounter, parseDocument, visit } from 'yaml';
import type { FieldViolation } from '../errors.ts';

export type Path = readonly (string | number)[];

/** YAML text as plain data, with a way back from a path to line and column. */
export interface PositionedYaml {
  readonly value: unknown;
  /** Position of the value at `path`, or of its nearest ancestor that exists. 1-based. */
  positionOf(path: Path): { readonly line: number; readonly column: number };
  /** Position of a key inside the mapping at `path`. */
  positionOfKey(path: Path, key: string): { readonly line: number; readonly column: number };
}

const MAX_ALIASES = 100;
const MAX_DEPTH = 16;
/** Keys that mean something to JavaScript objects themselves. */
const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype'];

/** @returns the data, or what is wrong with the text, each with its place. Never evaluates tags as code. */
export function parseYaml(
  text: string,
): { readonly yaml: PositionedYaml } | { readonly problems: readonly FieldViolation[] } {
  const counter = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const document = parseDocument(text, { lineCounter: counter, version: '1.2', merge: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        field: '',
        message: (error.message.split('\n')[0] ?? error.message).replace(/ at line \d+, column \d+:?$/, ''),
        ...place(error.pos[0]),
      })),
    };
  }
  const hostile = hostileNodes(document);
  if (hostile.length > 0)
    return { problems: hostile.map(({ message, offset }) => ({ field: '', message, ...place(offset) })) };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return { problems: [{ field: '', message: (error as Error).message, line: 1, column: 1 }] };
  }
  return {
    yaml: {
      value,
      positionOf: (path) => place(offsetOf(document, path)),
      positionOfKey: (path, key) => place(keyOffset(document, path, key) ?? offsetOf(document, path)),
    },
  };
}

function hostileNodes(document: Document): { message: string; offset: number }[] {
  const found: { message: string; offset: number }[] = [];
  visit(document, {
    Pair(_, pair) {
      if (isNode(pair.key) && FORBIDDEN_KEYS.includes(String(pair.key))) {
        found.push({
          message: `Expected another key than ${JSON.stringify(String(pair.key))}`,
          offset: pair.key.range?.[0] ?? 0,
        });
      }
    },
    Collection(_, node, path) {
      if (path.filter((ancestor) => isNode(ancestor)).length <= MAX_DEPTH) return undefined;
      found.push({ message: `Expected at most ${MAX_DEPTH} levels of nesting`, offset: node.range?.[0] ?? 0 });
      return visit.SKIP;
    },
  });
  return found;
}

function nodeAt(document: Document, path: Path): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(document, path.slice(0, length));
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: Path, key: string): number | undefined {
  const node = nodeAt(document, path);
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === key);
  return pair && isNode(pair.key) && pair.key.range ? pair.key.range[0] : undefined;
}

/** `['factors', 'scale', 1, 'trainScale']` as `factors.scale[1].trainScale`. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}
