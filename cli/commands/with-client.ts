import { type CoordinatorClient, createCoordinatorClient, requireAddress } from '../client/coordinator-client.ts';
import type { CliContext, GlobalOptions } from '../context.ts';
import { shownCredentials } from '../credentials/shown-credentials.ts';

export const DEFAULT_COORDINATOR = '127.0.0.1:7077';

/** `--coordinator`, else TICKWORK_COORDINATOR, else this machine. @throws TickworkError ARGUMENT_INVALID */
export function coordinatorAddress(cli: CliContext, options: GlobalOptions): string {
  if (options.coordinator !== undefined) return requireAddress(options.coordinator, '--coordinator');
  if (cli.env.TICKWORK_COORDINATOR) return requireAddress(cli.env.TICKWORK_COORDINATOR, 'TICKWORK_COORDINATOR');
  return DEFAULT_COORDINATOR;
}

/** Runs `work` with a client and closes it afterwards. */
export async function withClient<T>(
  cli: CliContext,
  options: GlobalOptions,
  work: (client: CoordinatorClient) => Promise<T>,
): Promise<T> {
  const { signal, clock, random } = cli;
  const shown = shownCredentials(cli, options);
  const client = createCoordinatorClient({ address: coordinatorAddress(cli, options), shown, signal, clock, random });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
