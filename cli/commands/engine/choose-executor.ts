import type { ExecutorName, ExecutorWish } from '../../../engine/probe/mod.ts';
import { type CliContext, note } from '../../context.ts';
import { tellEngineErrors } from './engine-errors.ts';

/** As engine/executor.ts lists them; written again, because `--help` should not wait for the engine. */
export const EXECUTOR_WISHES = ['auto', 'onnx', 'torch', 'tensorflow', 'cpu'] as const satisfies readonly (
  | 'auto'
  | ExecutorName
)[];
export const DEVICE_WISHES = ['auto', 'cpu', 'cuda', 'webgpu'] as const;
export const PRECISIONS = ['float32', 'tf32', 'bfloat16'] as const;

/** What a worker computes with, and what its processes need in their environment. */
export interface Choice {
  readonly executor: ExecutorName;
  readonly device: Exclude<ExecutorWish['device'], 'auto'>;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Tries what was asked for in a process of its own, so that a worker that cannot train never takes a lease. The embedded
 * executor on the CPU is taken without a trial.
 * @throws TickworkError EXECUTOR_UNAVAILABLE with the reasons.
 */
export async function chooseExecutor(cli: CliContext, wish: ExecutorWish, cacheFolder: string): Promise<Choice> {
  const { chooseExecutor: choose } = await import('../../../engine/probe/mod.ts');
  const chosen = await tellEngineErrors(() =>
    choose(wish, {
      cacheFolder,
      env: cli.env,
      now: () => cli.clock.now(),
      signal: cli.signal,
      onStart: ({ executor, device }) => note(cli, `Trying the executor ${executor} on ${device} …`),
    }),
  );
  if (wish.executor === 'auto' || chosen.fellBack) for (const reason of chosen.reasons) note(cli, reason);
  return { executor: chosen.executor, device: chosen.options.device, environment: chosen.environment };
}
