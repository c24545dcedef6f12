import { type ProgramCredentials, readCredentials } from '../../proto/credentials/credentials-folder.ts';
import type { CliContext, GlobalOptions } from '../context.ts';

/** `--credentials`, else TICKWORK_CREDENTIALS. */
export function credentialsFolder({ env }: CliContext, { credentials }: GlobalOptions): string | undefined {
  return credentials ?? (env.TICKWORK_CREDENTIALS || undefined);
}

/**
 * What this command shows the coordinator: the folder of credentials, and TICKWORK_TOKEN before a token in there.
 * @throws TickworkError CERTIFICATE_INVALID
 */
export function shownCredentials(cli: CliContext, options: GlobalOptions): Pick<ProgramCredentials, 'tls' | 'token'> {
  const folder = credentialsFolder(cli, options);
  const token = cli.env.TICKWORK_TOKEN?.trim();
  return {
    ...(folder === undefined ? {} : readCredentials(folder, cli.clock.now())),
    ...(token ? { token } : {}),
  };
}
