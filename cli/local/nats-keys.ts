import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CREDENTIAL_FILES } from '../../proto/credentials/credentials-folder.ts';
import { newNatsSeed } from '../credentials/credentials-store.ts';
import { natsAuthorization } from '../credentials/nats-users.ts';
import { writePrivateFile } from '../credentials/private-file.ts';

/** Keys of the programs that `tickwork up` starts. */
export interface NatsKeys {
  /** Folder of credentials of one program. */
  folder(name: string): string;
  /** For the server's configuration. */
  readonly authorization: string;
}

/** The namespace that a coordinator has without being told. */
const NAMESPACE = 'tickwork';

/**
 * Makes the keys that are missing. Other programs of this machine may still bring a worker of their own: it may deliver records,
 * and neither read nor administer anything.
 * @param workers their names.
 */
export async function ensureNatsKeys(stateDir: string, workers: readonly string[]): Promise<NatsKeys> {
  const folder = (name: string): string => join(stateDir, 'credentials', name);
  const seedOf = async (name: string): Promise<string> => {
    const file = join(folder(name), CREDENTIAL_FILES.natsSeed);
    const found = await readFile(file, 'utf8').catch(() => undefined);
    const seed = found?.trim() || newNatsSeed();
    if (!found?.trim()) await writePrivateFile(file, `${seed}\n`);
    return seed;
  };
  const members = [{ seed: await seedOf('coordinator') }];
  for (const worker of workers) members.push({ ...{ worker }, seed: await seedOf(worker) });
  return { folder, authorization: natsAuthorization(NAMESPACE, members, { anyWorker: true }) };
}
