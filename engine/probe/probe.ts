import { fileURLToPath } from 'node:url';
import { isRefusal } from './answer.ts';
import { createProbeCache, probeKey } from './cache.ts';
import { askChild, type ChildEnd } from './child.ts';
import type { Gpu } from './gpus.ts';
import { executorEnvironment, libraryIdentity } from './libraries.ts';
import type { Candidate, ProbeAnswer, ProbeOutcome, ProbeReport, ProbeRequest } from './report.ts';

/** The first use of a new GPU may compile kernels for half an hour. */
export const PROBE_TIME_LIMIT_MS = { cpu: 3 * 60_000, gpu: 45 * 60_000 } as const;

export interface ProbeOptions {
  /** Holds built addons and earlier reports. */
  readonly cacheFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly gpus: readonly Gpu[];
  /** Milliseconds until the child is killed. */
  readonly timeLimit: number;
  /** How long a stored failure is believed, milliseconds. */
  readonly failuresMaxAgeMs: number;
  /** Measure even where the cache has a report. */
  readonly fresh: boolean;
  readonly signal?: AbortSignal;
  /** Called where something is measured, not read. */
  readonly onStart?: (candidate: Candidate) => void;
  /** Compiled main file of the child. */
  readonly entry?: string;
}

/**
 * Tries one executor on one device in a process of its own: stored gradients first, then its speed. A library that
 * aborts, hangs or does not load is an outcome, never an exception.
 * @throws the reason of `signal` alone.
 */
export async function probeCandidate(candidate: Candidate, options: ProbeOptions): Promise<ProbeReport> {
  const { cacheFolder, env, now, gpus, failuresMaxAgeMs, fresh, onStart } = options;
  const cache = createProbeCache(cacheFolder);
  const key = probeKey(candidate, await libraryIdentity(candidate.executor, cacheFolder, env), gpus);
  const stored = fresh ? undefined : await cache.read(key, now(), failuresMaxAgeMs);
  if (stored !== undefined) return stored;
  onStart?.(candidate);
  const at = now();
  const { outcome, lasting } = await measure(candidate, options);
  const report: ProbeReport = { candidate, outcome, at, seconds: (now() - at) / 1000, cached: false };
  if (lasting) await cache.write(key, report);
  return report;
}

interface Measured {
  readonly outcome: ProbeOutcome;
  /** It says something of the executor, and so is worth remembering. */
  readonly lasting: boolean;
}

/** How a person at the keyboard, a supervisor or a closed terminal ends a process: no library's doing. */
const FROM_OUTSIDE: readonly (NodeJS.Signals | undefined)[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

async function measure(candidate: Candidate, options: ProbeOptions): Promise<Measured> {
  const { cacheFolder, env, timeLimit, signal } = options;
  const { executor, ...rest } = candidate;
  const request: ProbeRequest = { executor, options: { ...rest, cacheFolder } };
  const environment = await executorEnvironment(executor, request.options, env).catch(() => ({}));
  const end = await askChild({
    entry: options.entry ?? fileURLToPath(new URL('./main.js', import.meta.url)),
    request,
    // ONNX Runtime reports to its makers unless told not to.
    env: { ...env, ...environment, ORT_DISABLE_TELEMETRY: '1' },
    timeLimit,
    ...(signal === undefined ? {} : { signal }),
  });
  if (end.kind === 'died') {
    const failure = { code: 'EXECUTOR_FAILED', message: obituary(candidate, end) } as const;
    return { outcome: { usable: false, failure }, lasting: !FROM_OUTSIDE.includes(end.by) };
  }
  if (isRefusal(end.answer)) return { outcome: { usable: false, failure: end.answer.failure }, lasting: true };
  return { outcome: { usable: true, ...(end.answer as ProbeAnswer) }, lasting: true };
}

function obituary({ executor, device }: Candidate, { how, stage, lastLines }: Died): string {
  const said = lastLines.length === 0 ? 'It printed nothing.' : `It printed last:\n${lastLines.join('\n')}`;
  return (
    `Expected the process of ${executor} on ${device} to answer, got one that ${how} while ${stage}. ` +
    `${remedyFor(executor, how)} ${said}`
  );
}

type Died = Extract<ChildEnd, { readonly kind: 'died' }>;

function remedyFor(executor: Candidate['executor'], how: string): string {
  if (how.includes('longer than')) return 'Give it more time (--timeout), or choose another executor.';
  if (executor === 'onnx' || executor === 'cpu') return 'Choose another executor.';
  return `Build it again (\`tickwork engine build ${executor}\`), try another version, or choose another executor.`;
}
