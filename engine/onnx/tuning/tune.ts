import { convolutionFormulations } from '../formulations/convolution-formulations.ts';
import type { ConvolutionKind, Formulation, FormulationChoice, Formulations } from '../formulations/formulation.ts';
import { problemKey } from '../formulations/formulation.ts';
import type { Layout } from '../layout.ts';
import { NCHW, plainLayout, sameLayout } from '../layout.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { blockSize } from './block-size.ts';
import { addChoices, choicesPath, readChoices } from './choices-file.ts';
import { machineFingerprint } from './fingerprint.ts';
import type { StopwatchOptions } from './stopwatch.ts';
import { openStopwatch } from './stopwatch.ts';

/** What a step wants of one convolution. */
export interface TuningTask {
  readonly problem: ConvolutionProblem;
  readonly kinds: readonly ConvolutionKind[];
}

export interface TuningOptions extends StopwatchOptions {
  readonly cacheFolder: string;
  /** Milliseconds that one step's timing may take; what is left over then is chosen by `fallback` and not remembered. */
  readonly budget: number;
  readonly fallback: FormulationChoice;
}

/** Multiplications and additions of one timed run at most: the batch is cut down to that. */
const OPERATIONS = 1e9;
/** The best of at least so many runs counts, and of more while they take less than this: other processes disturb some. */
const LEAST_RUNS = 5;
const MOST_RUNS = 40;
const RUNS_MS = 20;
/** What a challenger may take of the fixed table's time: less is a win, more may be the noise of a busy machine. */
const WIN = 0.93;
/** A formulation this much slower than another is not timed again. */
const HOPELESS = 2;

/** Finds the fastest formulations of a step's convolutions, in the cache or by the clock. */
export async function tune(tasks: readonly TuningTask[], options: TuningOptions): Promise<FormulationChoice> {
  const { threads, provider, now, cacheFolder, budget, fallback } = options;
  const formulations = convolutionFormulations(provider.device === 'cpu' ? await blockSize(options.runtime) : 1);
  const fingerprint = machineFingerprint();
  const path = choicesPath(cacheFolder, fingerprint);
  const filed = (problem: ConvolutionProblem): string =>
    `${provider.device} ${threads} threads: ${problemKey(problem)}`;
  const known: Record<string, Readonly<Record<string, string>>> = { ...(await readChoices(path)) };
  const added: Record<string, Readonly<Record<string, string>>> = {};
  const end = now() + budget;
  for (const { problem, kinds } of tasks) {
    const key = filed(problem);
    if (kinds.every((kind) => isKnown(formulations, kind, problem, known[key]?.[kind]))) continue;
    const found = await fastest(problem, kinds, formulations, { ...options, end });
    if (found !== undefined) known[key] = added[key] = found;
  }
  if (Object.keys(added).length > 0) await addChoices(path, fingerprint, added, `${process.pid}`);
  return (kind, problem) => {
    const name = known[filed(problem)]?.[kind];
    return find(formulations, kind, problem, name) ?? fallback(kind, problem);
  };
}

function find(
  formulations: Formulations,
  kind: ConvolutionKind,
  problem: ConvolutionProblem,
  name: string | undefined,
): Formulation | undefined {
  return formulations[kind].find((candidate) => candidate.name === name && candidate.applies(problem));
}

function isKnown(
  formulations: Formulations,
  kind: ConvolutionKind,
  problem: ConvolutionProblem,
  name: string | undefined,
): boolean {
  return find(formulations, kind, problem, name) !== undefined;
}

type Winners = Readonly<Record<string, string>>;

/**
 * The products of one convolution are chosen together, all of them channels first or all of them channels last: single
 * winners that disagree would have their maps transposed between them.
 * @returns nothing where the time is up
 */
async function fastest(
  problem: ConvolutionProblem,
  kinds: readonly ConvolutionKind[],
  formulations: Formulations,
  options: TuningOptions & { readonly end: number },
): Promise<Winners | undefined> {
  const small = cutDown(problem);
  const standing: { total: number; readonly names: Record<string, string> } = { total: 0, names: {} };
  const totals = new Map<Layout, { total: number; readonly names: Record<string, string> }>(
    [NCHW, plainLayout(4)].map((maps) => [maps, { total: 0, names: {} }]),
  );
  for (const kind of kinds) {
    if (options.now() > options.end) return undefined;
    const times = await timeAll(
      kind,
      small,
      formulations[kind].filter((candidate) => candidate.applies(problem)),
      options,
    );
    const { name } = options.fallback(kind, problem);
    standing.total += times.find(({ formulation }) => formulation.name === name)?.ms ?? Number.POSITIVE_INFINITY;
    standing.names[kind] = name;
    for (const [maps, sum] of totals) {
      const [best] = times.filter(({ formulation }) => sameLayout(formulation.maps, maps)).sort((a, b) => a.ms - b.ms);
      sum.total += best?.ms ?? Number.POSITIVE_INFINITY;
      if (best !== undefined) sum.names[kind] = best.formulation.name;
    }
  }
  const [winner] = [...totals.values()].sort((a, b) => a.total - b.total);
  return winner !== undefined && winner.total < WIN * standing.total ? winner.names : standing.names;
}

interface Timed {
  readonly formulation: Formulation;
  readonly ms: number;
}

/**
 * The best of a few runs of each candidate. One after the other: the threads of a session that has just run spin for a
 * while, and would take the processors from the next one.
 */
async function timeAll(
  kind: ConvolutionKind,
  problem: ConvolutionProblem,
  candidates: readonly Formulation[],
  options: StopwatchOptions,
): Promise<readonly Timed[]> {
  const timed: Timed[] = [];
  for (const formulation of candidates) {
    const fastestYet = Math.min(...timed.map(({ ms }) => ms));
    const watch = await openStopwatch(kind, problem, formulation, options);
    try {
      // The first run fills caches and sets memory aside.
      const first = await watch.time();
      const start = options.now();
      const enough = (runs: number): boolean =>
        runs >= MOST_RUNS || (runs >= LEAST_RUNS && options.now() - start > RUNS_MS);
      let ms = await watch.time();
      for (let runs = 1; !enough(runs) && Math.min(first, ms) <= fastestYet * HOPELESS; runs++) {
        ms = Math.min(ms, await watch.time());
      }
      timed.push({ formulation, ms });
    } finally {
      await watch.close();
    }
  }
  return timed;
}

/** The same problem with fewer images, where a run would take long. */
function cutDown(problem: ConvolutionProblem): ConvolutionProblem {
  const { batch, channels, filters, output, window } = problem;
  const each = channels * filters * output[0] * output[1] * window.filter[0] * window.filter[1];
  return { ...problem, batch: Math.max(1, Math.min(batch, Math.ceil(OPERATIONS / each))) };
}
