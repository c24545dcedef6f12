import { parseBytes } from '../placement/bytes.ts';
import { DEVICE_KINDS, EXECUTORS, type Requirements } from '../placement/requirements.ts';
import { type Complain, isMapping, shown } from './read-axis.ts';

const KEYS = ['memory', 'executor', 'device', 'labels'];
const LABEL = /^[a-zA-Z][\w.-]{0,62}$/;

/** Reads `requires`. @returns undefined when there is none, or after a complaint. */
export function readRequirements(value: unknown, complain: Complain): Requirements | undefined {
  if (value === undefined) return undefined;
  let good = true;
  const wrong = (path: readonly string[], message: string): void => {
    good = false;
    complain(['requires', ...path], message);
  };
  if (!isMapping(value)) {
    wrong([], `Expected { memory: 12 GiB, executor: torch, device: cuda, labels: { gpu: h200 } }, got ${shown(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (!KEYS.includes(key)) wrong([key], `Expected one of ${KEYS.join(', ')}, got ${key}`);

  const memoryBytes = value['memory'] === undefined ? undefined : parseBytes(value['memory']);
  if (value['memory'] !== undefined && memoryBytes === undefined)
    wrong(['memory'], `Expected memory to be a number of bytes or text such as 12 GiB, got ${shown(value['memory'])}`);
  const oneOf = (key: string, known: readonly string[]): readonly string[] | undefined => {
    if (value[key] === undefined) return undefined;
    const list = Array.isArray(value[key]) ? value[key] : [value[key]];
    if (list.length > 0 && list.every((item) => known.includes(item))) return list as string[];
    wrong([key], `Expected ${key} to be one of ${known.join(', ')}, or a list of these, got ${shown(value[key])}`);
    return undefined;
  };
  const executors = oneOf('executor', EXECUTORS);
  const devices = oneOf('device', DEVICE_KINDS);
  const labels = readLabels(value['labels'], wrong);
  if (!good) return undefined;
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(executors === undefined ? {} : { executors }),
    ...(devices === undefined ? {} : { devices }),
    ...(labels === undefined ? {} : { labels }),
  };
}

function readLabels(
  value: unknown,
  wrong: (path: readonly string[], message: string) => void,
): Requirements['labels'] | undefined {
  if (value === undefined) return undefined;
  if (!isMapping(value)) {
    wrong(['labels'], `Expected a mapping of labels to values, got ${shown(value)}`);
    return undefined;
  }
  const labels: Record<string, readonly string[]> = {};
  for (const [label, wanted] of Object.entries(value)) {
    const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    const texts = list.flatMap((item) => (isLabelValue(item) ? [String(item)] : []));
    if (!LABEL.test(label))
      wrong(['labels', label], `Expected a label of letters, digits, "_", "." and "-", got ${shown(label)}`);
    else if (texts.length === 0 || texts.length < list.length)
      wrong(['labels', label], `Expected ${label} to be a value or a list of values, got ${shown(wanted)}`);
    else labels[label] = texts;
  }
  return labels;
}

const isLabelValue = (value: unknown): boolean =>
  (typeof value === 'string' && value.length > 0 && value.length <= 256) ||
  typeof value === 'number' ||
  typeof value === 'boolean';
