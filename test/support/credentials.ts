import { join } from 'node:path';
import { makeCredentials, natsMembers, type Wanted } from '../../cli/credentials/credentials-store.ts';
import { natsAuthorization } from '../../cli/credentials/nats-users.ts';
import { addToken } from '../../cli/credentials/token-store.ts';
import { type Identity, ROLES } from '../../core/access/identity.ts';
import { type ProgramCredentials, readCredentials } from '../../proto/credentials/credentials-folder.ts';

/** Credentials of a lab, as the commands make them, in a folder. */
export interface LabCredentials {
  /** Folder of one member. */
  folder(name: string): string;
  read(name: string): ProgramCredentials;
  readonly tokenFile: string;
  /** `viewer-1`, `submitter-1`, `worker-1` and `admin-1` have one each. */
  readonly tokens: ReadonlyMap<string, string>;
  natsConfig(namespace: string): Promise<string>;
  make(wanted: Partial<Wanted>): Promise<void>;
}

export const PEOPLE: readonly Identity[] = ROLES.map((role) => ({ name: `${role}-1`, role }));

export async function makeLabCredentials(root: string): Promise<LabCredentials> {
  const certs = join(root, 'certs');
  const tokenFile = join(root, 'tokens.json');
  const make = async (wanted: Partial<Wanted>): Promise<void> => {
    await makeCredentials(certs, { hosts: [], people: [], renew: [], days: 2, now: Date.now(), ...wanted });
  };
  await make({ people: [...PEOPLE, { name: 'worker-2', role: 'worker' }] });
  const tokens = new Map<string, string>();
  for (const identity of PEOPLE) tokens.set(identity.name, await addToken(tokenFile, identity, undefined, Date.now()));
  const folder = (name: string): string => join(certs, name);
  return {
    folder,
    read: (name) => readCredentials(folder(name), Date.now()),
    tokenFile,
    tokens,
    natsConfig: async (namespace) => natsAuthorization(namespace, await natsMembers(certs)),
    make,
  };
}
