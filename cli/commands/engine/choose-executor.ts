import type { ChosenExecutor, ExecutorWish } from '../../../engine/probe/mod.ts';
import type { CliContext } from '../../context.ts';
import { tellEngineErrors } from './engine-errors.ts';

/**
 * Tries what was asked for in a process of its own, so that a worker that cannot train never takes a lease. The embedded
 * executor on the CPU is taken without a trial.
 * @param say tells the person what takes a while, and why the choice fell as it did.
 * @throws TickworkError EXECUTOR_UNAVAILABLE and the like, with the reasons.
 */
export async function chooseExecutor(
  cli: Pick<CliContext, 'env' | 'clock' | 'signal'>,
  wish: ExecutorWish,
  cacheFolder: string,
  say: (line: string) => void,
): Promise<ChosenExecutor> {
  const { chooseExecutor: choose } = await import('../../../engine/probe/mod.ts');
  const chosen = await tellEngineErrors(() =>
    choose(wish, {
      cacheFolder,
      env: cli.env,
      now: () => cli.clock.now(),
      signal: cli.signal,
      onStart: ({ executor, device }) => say(`Trying the executor ${executor} on ${device} …`),
    }),
  );
  if (wish.executor === 'auto' || chosen.fellBack) for (const reason of chosen.reasons) say(reason);
  return chosen;
}
