import type { Ledger } from '../../coordinator/ledger/ledger.ts';
import { TickworkError } from '../../core/errors.ts';
import type { Command } from '../../core/sweep/commands.ts';
import type { Process } from '../time/process.ts';
import type { CoordinatorSite } from './coordinator-site.ts';

/** Somebody with a command line: repeats a command, with the same request id, to one address after the other, until somebody answers it. */
export async function ask(
  user: Process,
  sites: readonly CoordinatorSite[],
  command: Command,
): Promise<string | undefined> {
  for (let tries = 0; ; tries++) {
    const { ledger, process } = sites[tries % sites.length] as CoordinatorSite;
    const answer = ledger && (await Promise.race([inProcess(user, process, ledger, command), patience(user)]));
    if (answer !== undefined && answer !== 'try again') return answer.sweepId;
    await user.wait(1_000 / sites.length);
  }
}

const PATIENCE_MS = 10_000;

async function patience(user: Process): Promise<undefined> {
  await user.wait(PATIENCE_MS);
  return undefined;
}

function inProcess(
  user: Process,
  coordinator: Process,
  ledger: Ledger,
  command: Command,
): Promise<{ readonly sweepId: string | undefined } | 'try again'> {
  return new Promise((resolve) => {
    const answer = (value: Awaited<ReturnType<typeof inProcess>>): void => void user.enter(() => resolve(value), 2);
    coordinator.enter(() => {
      ledger.submit(command, { deadlineMs: 30_000 }).then(
        ({ sweepId }) => answer({ sweepId }),
        (error: unknown) =>
          answer(error instanceof TickworkError && !error.retryable ? { sweepId: undefined } : 'try again'),
      );
    }, 2);
  });
}
