import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Compiles the programs (tsconfig.build.json) into a temporary folder, for tests that need them as processes of their own:
 * Node 20 runs no TypeScript. Takes about a second.
 */
export async function compileSources(): Promise<AsyncDisposable & { readonly dist: string }> {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const folder = await temporaryFolder();
  const dist = join(folder.path, 'dist');
  // Packages and .proto files are looked for beside dist/.
  for (const name of ['node_modules', 'proto', 'package.json']) await symlink(join(repository, name), join(folder.path, name));
  const compiler = join(repository, 'node_modules/.bin/tsc');
  await promisify(execFile)(compiler, ['-p', join(repository, 'tsconfig.build.json'), '--outDir', dist, '--sourceMap', 'false']);
  return { dist, [Symbol.asyncDispose]: async () => folder[Symbol.asyncDispose]() };
}
