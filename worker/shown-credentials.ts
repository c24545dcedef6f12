import { type ProgramCredentials, readCredentials } from '../proto/credentials/credentials-folder.ts';
import type { WorkerConfig } from './config.ts';
import type { Emit } from './events.ts';

/** What this worker shows at each new connection: files that were replaced meanwhile are read again. */
export type ShownCredentials = () => Omit<ProgramCredentials, 'folder'>;

/**
 * @param now Unix milliseconds.
 * @returns reads the folder at each call; one that has become unreadable or expired is reported, and the last good one goes on.
 * @throws TickworkError CERTIFICATE_INVALID when the folder is not good now.
 */
export function openShownCredentials(
  { credentials, token }: Pick<WorkerConfig, 'credentials' | 'token'>,
  now: () => number,
  emit: Emit,
): ShownCredentials {
  const read = (): Omit<ProgramCredentials, 'folder'> => ({
    ...(credentials === undefined ? {} : readCredentials(credentials, now())),
    ...(token === undefined ? {} : { token }),
  });
  let good = read();
  return () => {
    try {
      good = read();
    } catch (error) {
      emit({ type: 'credentials:not-read', error: error instanceof Error ? error.message : String(error) });
    }
    return good;
  };
}
