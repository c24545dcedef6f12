import { EngineError } from '../errors.ts';
import type { Device, ExecutorName, ExecutorOptions, Precision } from '../executor.ts';
import { DEVICES_OF, type Place, places, WORKING_EXECUTORS } from './candidates.ts';
import { type Gpu, visibleGpus } from './gpus.ts';
import { executorEnvironment, isPrepared } from './libraries.ts';
import { PROBE_TIME_LIMIT_MS, type ProbeOptions, probeCandidate } from './probe.ts';
import type { Candidate, ProbeReport } from './report.ts';

/** What somebody asked for on a command line. */
export interface ExecutorWish {
  readonly executor: ExecutorName | 'auto';
  readonly device: Device | 'auto';
  readonly precision: Precision;
  readonly threads: number;
  readonly deterministic: boolean;
  /** Rather nothing than a CPU. */
  readonly requireGpu: boolean;
}

/** One device, and what a process needs in its environment to open the executor there and see no other. */
export interface ChosenDevice {
  /** `cpu`, `cuda NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  /** Its own memory; absent where it is the machine's. */
  readonly memoryBytes?: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ChosenExecutor {
  readonly executor: ExecutorName;
  readonly options: ExecutorOptions;
  /** Every device of that kind that may be used, at least one. */
  readonly devices: readonly ChosenDevice[];
  /** Why it was chosen, and why others were not: lines for a log. */
  readonly reasons: readonly string[];
  /** A GPU was there and a CPU was taken; the reasons say why. */
  readonly fellBack: boolean;
}

export type ChooseOptions = Pick<ProbeOptions, 'cacheFolder' | 'env' | 'now' | 'signal' | 'onStart' | 'entry'>;

/** A busy GPU or a half-installed library is tried again after this; not at every start of every worker. */
const FAILURES_MAX_AGE_MS = 3_600_000;
/** Speeds this close are a tie, which the embedded executor wins. */
const TIE = 1.05;

/**
 * The executor that a worker shall open: what was asked for, or the fastest that passes its probe. Nothing is probed
 * where there is no choice and nothing to doubt: the embedded `onnx` on a CPU, with no other executor built and no GPU
 * in sight.
 * @throws EngineError EXECUTOR_UNAVAILABLE where nothing fits the wish, naming what was tried and why it failed.
 */
export async function chooseExecutor(wish: ExecutorWish, options: ChooseOptions): Promise<ChosenExecutor> {
  const { cacheFolder, env, signal } = options;
  refuseContradiction(wish);
  const gpus = await visibleGpus(env, signal);
  const candidates = await candidatesFor(wish, gpus, cacheFolder);
  const chosen = (place: Place, reasons: readonly string[], fellBack: boolean): Promise<ChosenExecutor> =>
    chosenAt(wish, place, gpus, reasons, fellBack, options);
  const [only] = candidates;
  if (candidates.length === 1 && only !== undefined && isEmbedded(only)) {
    const why = wish.executor === 'auto' ? 'no other is built here, and no GPU is visible' : 'as asked';
    return chosen(only, [`${only.executor} on cpu: ${why}`], false);
  }
  const reports: ProbeReport[] = [];
  for (const { executor, device } of candidates) {
    reports.push(
      await probeCandidate(candidateOf(wish, executor, device), {
        ...options,
        gpus,
        timeLimit: device === 'cpu' ? PROBE_TIME_LIMIT_MS.cpu : PROBE_TIME_LIMIT_MS.gpu,
        failuresMaxAgeMs: FAILURES_MAX_AGE_MS,
        fresh: false,
      }),
    );
  }
  const best = fastest(reports);
  if (best === undefined) throw nothingFits(wish, gpus, reports);
  const fellBack = best.device === 'cpu' && reports.some(({ candidate }) => candidate.device !== 'cpu');
  return chosen(best, reports.map(describeReport), fellBack);
}

/** @returns the candidate with the most images each second among those that passed; on a tie `onnx`. */
export function fastest(reports: readonly ProbeReport[]): Candidate | undefined {
  const passed = reports.flatMap(({ candidate, outcome }) =>
    outcome.usable ? [{ candidate, rate: outcome.speed.imagesPerSecond }] : [],
  );
  const best = passed.toSorted((a, b) => b.rate - a.rate)[0];
  if (best === undefined) return undefined;
  const tied = passed.find(({ candidate, rate }) => candidate.executor === 'onnx' && rate * TIE >= best.rate);
  return (tied ?? best).candidate;
}

function refuseContradiction({ executor, device, requireGpu }: ExecutorWish): void {
  const unavailable = (message: string): EngineError => new EngineError('EXECUTOR_UNAVAILABLE', message);
  if (requireGpu && device === 'cpu')
    throw unavailable('Expected a GPU to be allowed where one is required, got device cpu. Leave one of the two out.');
  if (executor === 'auto' || device === 'auto') return;
  const devices = DEVICES_OF[executor];
  if (devices.includes(device)) return;
  throw unavailable(`Expected the ${executor} executor's device to be ${devices.join(' or ')}, got ${device}.`);
}

async function candidatesFor(
  { executor, device, requireGpu }: ExecutorWish,
  gpus: readonly Gpu[],
  cacheFolder: string,
): Promise<readonly Place[]> {
  const prepared = await Promise.all(WORKING_EXECUTORS.map((name) => isPrepared(name, cacheFolder)));
  const names = executor === 'auto' ? WORKING_EXECUTORS.filter((_, index) => prepared[index]) : [executor];
  // WebGPU is tried where it was asked for, or where some GPU is required and none of NVIDIA's is there.
  const inSight: readonly Device[] =
    gpus.length > 0 ? ['cpu', 'cuda'] : requireGpu ? ['cpu', 'cuda', 'webgpu'] : ['cpu'];
  return places(names, device).filter(
    (place) => (device !== 'auto' || inSight.includes(place.device)) && !(requireGpu && place.device === 'cpu'),
  );
}

/** Part of this package; what is wrong with it is wrong everywhere. */
const isEmbedded = ({ executor, device }: Place): boolean =>
  (executor === 'onnx' || executor === 'cpu') && device === 'cpu';

function candidateOf(wish: ExecutorWish, executor: ExecutorName, device: Device): Candidate {
  const { precision, threads, deterministic } = wish;
  return { executor, device, precision, threads, deterministic };
}

async function chosenAt(
  wish: ExecutorWish,
  { executor, device }: Place,
  gpus: readonly Gpu[],
  reasons: readonly string[],
  fellBack: boolean,
  { cacheFolder, env }: ChooseOptions,
): Promise<ChosenExecutor> {
  const { executor: _, ...rest } = candidateOf(wish, executor, device);
  const options: ExecutorOptions = { ...rest, cacheFolder };
  const environment = await executorEnvironment(executor, options, env);
  const devices: readonly ChosenDevice[] =
    device === 'cuda' && gpus.length > 0
      ? gpus.map(({ id, name, memoryBytes }) => ({
          name: `cuda ${name}`,
          memoryBytes,
          environment: { ...environment, CUDA_VISIBLE_DEVICES: id },
        }))
      : [{ name: device, environment }];
  return { executor, options, devices, reasons, fellBack };
}

/** One line: `torch on cuda: 21034 images/s (probed 3 h ago)`, or why not. */
export function describeReport({ candidate: { executor, device }, outcome }: ProbeReport): string {
  const place = `${executor} on ${device}`;
  if (outcome.usable) return `${place}: ${Math.round(outcome.speed.imagesPerSecond)} images/s in its probe`;
  return `${place}: not usable [${outcome.failure.code}] ${outcome.failure.message}`;
}

function nothingFits(wish: ExecutorWish, gpus: readonly Gpu[], reports: readonly ProbeReport[]): EngineError {
  const { executor, device, requireGpu } = wish;
  const what = `${executor === 'auto' ? 'an executor' : `the executor ${executor}`} that works on ${
    device === 'auto' ? (requireGpu ? 'a GPU' : 'this machine') : device
  }`;
  const seen = gpus.length > 0 ? `GPUs seen: ${gpus.map(({ name }) => name).join(', ')}.` : 'No NVIDIA GPU is visible.';
  const single = reports.length === 1 ? reports[0] : undefined;
  if (single !== undefined && !single.outcome.usable) {
    const { code, message } = single.outcome.failure;
    return new EngineError(code, message);
  }
  const tried = reports.length === 0 ? ['nothing was there to try'] : reports.map(describeReport);
  return new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected ${what}, got none. ${requireGpu || device !== 'cpu' ? `${seen} ` : ''}Run \`tickwork engine probe\` for details, ` +
      `or build another (\`tickwork engine build torch\`). Tried:\n${tried.map((line) => `  ${line}`).join('\n')}`,
  );
}
