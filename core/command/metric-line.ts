/** What a program tells of its trial in one line of its metrics file. */
export type MetricLine =
  /** A point of the learning curve. */
  | {
      readonly kind: 'report';
      /** 1-based. */
      readonly trainEpoch: number;
      readonly trainEpochs?: number;
      readonly metrics: Readonly<Record<string, number>>;
    }
  | { readonly kind: 'progress'; readonly step: number; readonly steps: number; readonly loss?: number }
  /** The values of the result; what is not finite stays so, and means that the trial has diverged. */
  | { readonly kind: 'result'; readonly metrics: Readonly<Record<string, number>> }
  | { readonly kind: 'problem'; readonly problem: string };

const METRIC = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const FORMS =
  '{"trainEpoch": 1, "metrics": {"testError": 12.5}}, {"step": 10, "steps": 500} or {"result": {"testError": 11.8}}';

/** Reads one line. Python's NaN and Infinity are understood, though they are no JSON. */
export function readMetricLine(line: string): MetricLine {
  const value = parse(line);
  if (!isObject(value)) return problem(line);
  const { trainEpoch, trainEpochs, step, steps, loss, metrics, result } = value;
  if (result !== undefined) {
    const read = readMetrics(result);
    return read && Object.keys(read).length > 0 ? { kind: 'result', metrics: read } : problem(line);
  }
  if (trainEpoch !== undefined) {
    const read = readMetrics(metrics ?? {});
    if (!isCount(trainEpoch) || trainEpoch < 1 || read === undefined) return problem(line);
    // A curve has gaps where it has no value.
    const finite = Object.fromEntries(Object.entries(read).filter(([, number]) => Number.isFinite(number)));
    return { kind: 'report', trainEpoch, ...(isCount(trainEpochs) ? { trainEpochs } : {}), metrics: finite };
  }
  if (isCount(step) && isCount(steps))
    return { kind: 'progress', step, steps, ...(typeof loss === 'number' && Number.isFinite(loss) ? { loss } : {}) };
  return problem(line);
}

const NOT_FINITE: Readonly<Record<string, number>> = {
  '~NaN': Number.NaN,
  '~Infinity': Number.POSITIVE_INFINITY,
  '~-Infinity': Number.NEGATIVE_INFINITY,
};

function parse(line: string): unknown {
  const marked = line.replace(/([:,[]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, '$1"~$2"');
  try {
    return JSON.parse(marked, (_, value: unknown) =>
      typeof value === 'string' ? (NOT_FINITE[value] ?? value) : value,
    );
  } catch {
    return undefined;
  }
}

function readMetrics(value: unknown): Record<string, number> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every(([name, number]) => METRIC.test(name) && typeof number === 'number')
    ? (value as Record<string, number>)
    : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function problem(line: string): MetricLine {
  return { kind: 'problem', problem: `Expected a line such as ${FORMS}, got ${JSON.stringify(line.slice(0, 200))}.` };
}
