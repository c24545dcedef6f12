import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** What a state directory is, whichever process works in it. */
export interface StateIdentity {
  /** Made with the directory; names its leadership and its consumer of the record stream. */
  readonly id: string;
  /** Leadership epoch in which a coordinator of this directory led last; 0: never. */
  readonly ledEpoch: number;
}

const FILE = 'coordinator.json';

/** @param stateDirectory held by this process alone. */
export async function readStateIdentity(stateDirectory: string): Promise<StateIdentity> {
  const text = await readFile(join(stateDirectory, FILE), 'utf8').catch(() => undefined);
  const { id, ledEpoch } = parse(text);
  if (typeof id === 'string' && /^[0-9a-f-]{8,36}$/.test(id)) {
    return { id, ledEpoch: typeof ledEpoch === 'number' ? ledEpoch : 0 };
  }
  const identity = { id: randomUUID(), ledEpoch: 0 };
  await writeStateIdentity(stateDirectory, identity);
  return identity;
}

/** Atomic and durable. */
export async function writeStateIdentity(stateDirectory: string, identity: StateIdentity): Promise<void> {
  const path = join(stateDirectory, FILE);
  const draft = `${path}.draft`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(`${JSON.stringify(identity)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** A file that is damaged is as good as none: a new identity costs another look at the record stream, and no row. */
function parse(text: string | undefined): Partial<Record<keyof StateIdentity, unknown>> {
  try {
    return (JSON.parse(text ?? '{}') ?? {}) as Partial<Record<keyof StateIdentity, unknown>>;
  } catch {
    return {};
  }
}
