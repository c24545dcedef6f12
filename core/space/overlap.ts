import { type FactorLeaf, leafDigit, leafLength, type Space } from './space.ts';

/** Comparing more parts than this pair by pair costs more than it saves. */
const MAX_PARTS = 200;

/** Whether two parts of a union may have a configuration in common. May say yes of parts that have none, never no of others. */
export function mayOverlap(parts: readonly Space[]): boolean {
  if (parts.length > MAX_PARTS) return true;
  const described = parts.map((part) => ({ leaves: leavesByFactor(part), always: alwaysThere(part) }));
  return described.some((a, i) => described.slice(i + 1).some((b) => !areDisjoint(a, b)));
}

interface Described {
  readonly leaves: ReadonlyMap<string, readonly FactorLeaf[]>;
  readonly always: ReadonlySet<string>;
}

/** One has a factor that the other never has, or both have it at different levels. */
function areDisjoint(a: Described, b: Described): boolean {
  const apart = (one: Described, other: Described): boolean =>
    [...one.always].some((factor) => {
      const others = other.leaves.get(factor);
      if (others === undefined) return true;
      if (!other.always.has(factor)) return false;
      const digits = new Set(digitsOf(one.leaves.get(factor) ?? []));
      return !digitsOf(others).some((digit) => digits.has(digit));
    });
  return apart(a, b) || apart(b, a);
}

const digitsOf = (leaves: readonly FactorLeaf[]): number[] =>
  leaves.flatMap((leaf) => Array.from({ length: leafLength(leaf) }, (_, i) => leafDigit(leaf, i)));

function leavesByFactor(space: Space): Map<string, FactorLeaf[]> {
  const found = new Map<string, FactorLeaf[]>();
  const visit = (part: Space): void => {
    if (part.kind !== 'factor') return part.of.forEach(visit);
    found.set(part.factor, [...(found.get(part.factor) ?? []), part]);
  };
  visit(space);
  return found;
}

/** Factors that every configuration of the space has. */
function alwaysThere(space: Space): ReadonlySet<string> {
  switch (space.kind) {
    case 'factor':
      return new Set(space.when === undefined ? [space.factor] : []);
    case 'product':
    case 'zip':
      return new Set(space.of.flatMap((part) => [...alwaysThere(part)]));
    case 'union': {
      const [first, ...others] = space.of.map(alwaysThere);
      return new Set([...(first ?? [])].filter((factor) => others.every((other) => other.has(factor))));
    }
  }
}
