import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProvisionContext } from '../../cli/provision/machine.ts';

export interface FakeMachine {
  readonly context: ProvisionContext;
  /** What was said to the person. */
  readonly said: readonly string[];
  /** The only folder on PATH. */
  readonly bin: string;
  readonly cache: string;
  /** Puts a shell script on PATH. */
  script(name: string, body: string): Promise<void>;
  /** Puts a program of this machine on PATH. */
  real(path: string): Promise<void>;
}

/** A machine with nothing installed, in `folder`: an empty PATH and an empty cache. */
export async function fakeMachine(
  folder: string,
  machine: { readonly uid?: number; readonly platform?: string; readonly arch?: string } = {},
): Promise<FakeMachine> {
  const bin = join(folder, 'bin');
  const home = join(folder, 'home');
  for (const path of [bin, home]) await mkdir(path, { recursive: true });
  const said: string[] = [];
  return {
    said,
    bin,
    cache: join(home, '.cache', 'tickwork'),
    context: {
      machine: { platform: 'linux', arch: 'x64', uid: 1000, ...machine, env: { PATH: bin, HOME: home } },
      say: (line) => void said.push(line),
      signal: AbortSignal.timeout(30_000),
    },
    async script(name, body) {
      const file = join(bin, name);
      await writeFile(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${body}\n`);
      await chmod(file, 0o755);
    },
    async real(path) {
      await symlink(path, join(bin, path.split('/').at(-1) as string));
    },
  };
}
