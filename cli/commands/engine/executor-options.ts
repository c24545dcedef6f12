import { type Command, Option } from 'commander';
import type { ExecutorWish } from '../../../engine/probe/mod.ts';

/** As engine/executor.ts lists them; written again, because `--help` should not wait for the engine. */
export const EXECUTOR_WISHES = [
  'auto',
  'onnx',
  'torch',
  'tensorflow',
  'cpu',
] as const satisfies readonly ExecutorWish['executor'][];
export const DEVICE_WISHES = ['auto', 'cpu', 'cuda', 'webgpu'] as const satisfies readonly ExecutorWish['device'][];
export const PRECISIONS = ['float32', 'tf32', 'bfloat16'] as const satisfies readonly ExecutorWish['precision'][];

/** Options that decide what trials are computed with; `worker`, `up` and `demo` have them. */
export interface ExecutorOptionValues {
  readonly executor: ExecutorWish['executor'];
  readonly device: ExecutorWish['device'];
  readonly precision: ExecutorWish['precision'];
  readonly requireGpu?: boolean;
  readonly deterministic?: boolean;
  readonly checkFirstBatch?: boolean;
}

export function addExecutorOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--executor <NAME>', 'what trials are computed with; auto: the fastest that passes its probe')
        .choices(EXECUTOR_WISHES)
        .default('auto')
        .env('TICKWORK_EXECUTOR'),
    )
    .addOption(
      new Option('--device <KIND>', 'where; auto: a GPU where one works')
        .choices(DEVICE_WISHES)
        .default('auto')
        .env('TICKWORK_DEVICE'),
    )
    .addOption(new Option('--precision <NAME>', 'of products; state is float32').choices(PRECISIONS).default('float32'))
    .option('--require-gpu', 'do not start without a GPU that an executor can use')
    .option('--deterministic', 'same bits on every run of this machine, at the cost of speed')
    .option('--check-first-batch', "compare each trial's first step with the oracle; costs seconds a trial");
}

/** @param threads CPU threads of each trial. */
export function executorWish(values: ExecutorOptionValues, threads: number): ExecutorWish {
  const { executor, device, precision, requireGpu = false, deterministic = false } = values;
  return { executor, device, precision, requireGpu, deterministic, threads };
}

/** The same options as words of a command line, for a child that shall not choose again. */
export function executorArguments(
  { precision, deterministic, checkFirstBatch, requireGpu }: ExecutorOptionValues,
  chosen: { readonly executor: string; readonly device: string },
): readonly string[] {
  return [
    ...['--executor', chosen.executor, '--device', chosen.device, '--precision', precision],
    ...(requireGpu ? ['--require-gpu'] : []),
    ...(deterministic ? ['--deterministic'] : []),
    ...(checkFirstBatch ? ['--check-first-batch'] : []),
  ];
}
