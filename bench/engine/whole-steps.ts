import { fileURLToPath } from 'node:url';
import type { Device, ExecutorName, ExecutorOptions, Precision } from '../../engine/executor.ts';
import { findPythonPackage } from '../../engine/native/python-package.ts';
import { executorEnvironment } from '../../engine/probe/libraries.ts';
import { type Contender, openContender, threadEnvironment } from './contender.ts';
import { interleave, type RoundOptions, type Timing } from './rounds.ts';
import type { Subject } from './subjects.ts';

export interface StepRow {
  readonly net: string;
  readonly executor: string;
  readonly library: string;
  readonly threads: number;
  readonly batch: number;
  readonly msPerStep: number;
  readonly imgPerS: number;
  readonly rounds: readonly number[];
  /** From the description to a step that has run once. */
  readonly openMs: number;
}

export interface StepOptions extends RoundOptions {
  readonly executors: readonly ExecutorName[];
  /** Also run PyTorch, and on a GPU torch.compile. */
  readonly rivals: boolean;
  readonly device: Device;
  readonly precision: Precision;
  readonly cacheFolder: string;
}

/** A contender that did not come, and why. */
export interface Absence {
  readonly executor: string;
  readonly why: string;
}

export interface StepResult {
  readonly rows: readonly StepRow[];
  readonly absent: readonly Absence[];
}

/** A GPU's first run may compile kernels for it. */
const TIME_LIMIT_MS: Readonly<Record<Device, number>> = { cpu: 180_000, cuda: 1_200_000, webgpu: 600_000 };
const SOURCES = fileURLToPath(new URL('../../../bench/engine/', import.meta.url));
const COMPILED = fileURLToPath(new URL('./', import.meta.url));

/** Times one network's training step on every contender, all of them in the same rounds. */
export async function timeSteps(subject: Subject, threads: number, options: StepOptions): Promise<StepResult> {
  const contenders = new Map<string, Contender>();
  const absent: Absence[] = [];
  const timeLimit = TIME_LIMIT_MS[options.device];
  const enter = async (executor: string, open: () => Promise<Contender>): Promise<void> => {
    try {
      contenders.set(executor, await open());
    } catch (error) {
      absent.push({ executor, why: error instanceof Error ? error.message : String(error) });
    }
  };
  try {
    for (const executor of options.executors) {
      await enter(executor, async () => openExecutorContender(subject, executor, threads, options, timeLimit));
    }
    if (options.rivals) {
      const variants = options.device === 'cuda' ? ['pytorch', 'pytorch-compile'] : ['pytorch'];
      for (const variant of variants) {
        await enter(variant, () => openPytorch(subject, threads, options, timeLimit, variant === 'pytorch-compile'));
      }
    }
    const timings = await interleave(contenders, options);
    const rows = [...contenders].map(([executor, contender]) =>
      rowOf(subject, executor, threads, contender, timings.get(executor) as Timing),
    );
    return { rows, absent };
  } finally {
    for (const contender of contenders.values()) await contender.close();
  }
}

async function openExecutorContender(
  subject: Subject,
  executor: ExecutorName,
  threads: number,
  { device, precision, cacheFolder }: StepOptions,
  timeLimit: number,
): Promise<Contender> {
  // As a worker opens it: ways of computing may be chosen by the clock.
  const options: ExecutorOptions = { threads, device, precision, deterministic: false, cacheFolder };
  return openContender({
    command: [process.execPath, `${COMPILED}executor-contender.js`, subject.name, executor, JSON.stringify(options)],
    env: { ...threadEnvironment(threads), ...(await executorEnvironment(executor, options, process.env)) },
    timeLimit,
  });
}

async function openPytorch(
  { description, batch }: Subject,
  threads: number,
  { device, precision }: StepOptions,
  timeLimit: number,
  compile: boolean,
): Promise<Contender> {
  const pkg = await findPythonPackage('torch', { env: process.env });
  if (pkg === undefined) throw new Error('Expected Python with PyTorch, got none.');
  const request = JSON.stringify({ description, batch, threads, device, precision, compile });
  return openContender({
    command: [pkg.python, `${SOURCES}pytorch_contender.py`, request],
    env: threadEnvironment(threads),
    timeLimit,
  });
}

function rowOf(subject: Subject, executor: string, threads: number, contender: Contender, timing: Timing): StepRow {
  const { msPerStep, rounds } = timing;
  return {
    net: subject.name,
    executor,
    library: contender.library,
    threads,
    batch: subject.batch,
    msPerStep,
    imgPerS: (1000 * subject.batch) / msPerStep,
    rounds,
    openMs: contender.openMs,
  };
}
