import { join } from 'node:path';
import { TickworkError } from '../../core/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { installDebianPackages, unpackDebianPackage } from './debian-package.ts';
import { findExecutable, isExecutable } from './find-executable.ts';
import { firstWay, NoWay } from './first-way.ts';
import type { ProvisionContext } from './machine.ts';
import { fetchNatsRelease, type NatsReleases, OFFICIAL_RELEASES } from './nats-release.ts';

export interface NatsServerSearch {
  /** A path given by the person; then nothing else is tried. */
  readonly given?: string;
  readonly releases?: NatsReleases;
  /** Folders besides PATH. */
  readonly furtherFolders?: readonly string[];
}

/**
 * Finds a nats-server program, or fetches one: PATH, the cache, Debian's package installed (as root) or unpacked (not as
 * root), the official release. Debian's package may also start a service of its own on port 4222; Tickwork never uses it.
 * @returns its absolute path.
 * @throws TickworkError NATS_UNREACHABLE saying what was tried and what to install.
 */
export async function findNatsServer(context: ProvisionContext, search: NatsServerSearch = {}): Promise<string> {
  const { machine, signal } = context;
  if (search.given !== undefined) {
    if (await isExecutable(search.given)) return search.given;
    throw new TickworkError(
      'NATS_UNREACHABLE',
      `Expected --nats-server to name an executable file, got ${search.given}. Correct the path, or leave the option out.`,
    );
  }
  const onPath = (): Promise<string | undefined> => findExecutable('nats-server', machine, search.furtherFolders);
  const cached = join(cacheFolder(machine), 'bin', 'nats-server');
  const tree = join(cacheFolder(machine), 'debian', 'nats-server');
  const unpacked = join(tree, 'usr', 'sbin', 'nats-server');

  const found = await onPath();
  if (found !== undefined) return found;
  for (const path of [cached, unpacked]) if (await isExecutable(path)) return path;

  try {
    return await firstWay(
      [
        {
          name: 'apt-get install nats-server',
          async take() {
            await installDebianPackages(['nats-server'], context);
            const installed = await onPath();
            if (installed === undefined) throw new Error('installed, but there is no nats-server on PATH');
            return installed;
          },
        },
        {
          name: 'apt-get download nats-server',
          async take() {
            await unpackDebianPackage('nats-server', tree, context);
            if (!(await isExecutable(unpacked))) throw new Error('the package has no usr/sbin/nats-server');
            return unpacked;
          },
        },
        {
          name: 'official release',
          async take() {
            await fetchNatsRelease(cached, context, search.releases ?? OFFICIAL_RELEASES);
            return cached;
          },
        },
      ],
      signal,
    );
  } catch (error) {
    if (!(error instanceof NoWay)) throw error;
    throw new TickworkError(
      'NATS_UNREACHABLE',
      `Expected a nats-server program, found none and could not fetch one (${error.attempts.join('; ')}). ` +
        'Install it (Debian: `apt-get install nats-server`; macOS: `brew install nats-server`), ' +
        'or name one with --nats-server PATH.',
      { cause: error },
    );
  }
}
