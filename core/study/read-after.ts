import { factorsOf } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import type { AfterRule } from '../dependencies/after.ts';
import type { Complaint } from './complaint.ts';
import { type Complain, isMapping, shown } from './read-axis.ts';
import type { Study } from './study.ts';

const FORM = '{ cells: stage == "tune", waitFor: stage == "train", equal: [width] }';
const KEYS = ['cells', 'waitFor', 'equal'];
const MAX_RULES = 64;
const MAX_LENGTH = 4096;

/** Reads `after`: one rule or a list of them. @returns undefined when there is none, or after a complaint. */
export function readAfter(value: unknown, complain: Complain): readonly AfterRule[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_RULES) {
    complain(['after'], `Expected a list of 1 to ${MAX_RULES} rules such as ${FORM}, got ${shown(value)}`);
    return undefined;
  }
  let good = true;
  const rules = value.map((rule: unknown, i): AfterRule => {
    const wrong = (keys: readonly string[], message: string): void => {
      good = false;
      complain(['after', i, ...keys], message);
    };
    if (!isMapping(rule)) {
      wrong([], `Expected a rule such as ${FORM}, got ${shown(rule)}`);
      return { cells: '', waitFor: '', equal: [] };
    }
    for (const key of Object.keys(rule))
      if (!KEYS.includes(key)) wrong([key], `Expected one of ${KEYS.join(', ')}, got ${shown(key)}`);
    for (const key of ['cells', 'waitFor'] as const) {
      const text = rule[key];
      if (typeof text !== 'string' || text === '' || text.length > MAX_LENGTH)
        wrong(
          key in rule ? [key] : [],
          `Expected ${key} to be a constraint such as stage == "train", got ${shown(text)}`,
        );
    }
    const { cells, waitFor, equal = [] } = rule;
    if (!Array.isArray(equal) || equal.some((name) => typeof name !== 'string'))
      wrong(['equal'], `Expected equal to be a list of factors, got ${shown(equal)}`);
    return { cells: String(cells), waitFor: String(waitFor), equal: Array.isArray(equal) ? equal.map(String) : [] };
  });
  return good ? rules : undefined;
}

/** Constraints that cannot be read, and factors that the study does not have. */
export function checkAfter({ after = [], factors }: Pick<Study, 'after' | 'factors'>): Complaint[] {
  const known = factors.map((factor) => factor.name);
  const listed = known.join(', ') || 'it has none';
  return after.flatMap((rule, i) => [
    ...(['cells', 'waitFor'] as const).flatMap((key): Complaint[] => {
      const path = ['after', i, key];
      const parsed = parseConstraint(rule[key]);
      if (!parsed.ok) return [{ path, message: `${parsed.message} (character ${parsed.offset + 1})` }];
      return [...factorsOf(parsed.expression)]
        .filter(([name]) => !known.includes(name))
        .map(([name, offset]) => ({
          path,
          message: `Expected a factor of this study (${listed}), got ${JSON.stringify(name)} (character ${offset + 1}). Put text in quotes`,
        }));
    }),
    ...rule.equal.flatMap((name, k): Complaint[] =>
      known.includes(name)
        ? []
        : [
            {
              path: ['after', i, 'equal', k],
              message: `Expected a factor of this study (${listed}), got ${JSON.stringify(name)}`,
            },
          ],
    ),
  ]);
}
