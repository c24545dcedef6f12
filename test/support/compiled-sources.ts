import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Compiles the programs (tsconfig.build.json) into a temporary folder, for tests that need them as processes of their
 * own: Node 20 runs no TypeScript. Types are not checked, `npm run check` does that. Takes about a second.
 */
export async function compileSources(): Promise<AsyncDisposable & { readonly dist: string }> {
  const folder = await temporaryFolder();
  try {
    return { dist: await compileInto(folder.path), [Symbol.asyncDispose]: async () => folder[Symbol.asyncDispose]() };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

async function compileInto(folder: string): Promise<string> {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  // Packages and .proto files are looked for beside dist/.
  for (const name of ['node_modules', 'proto', 'package.json'])
    await symlink(join(repository, name), join(folder, name));
  const dist = join(folder, 'dist');
  const compiler = join(repository, 'node_modules/.bin/tsc');
  const options = ['--outDir', dist, '--noCheck', '--sourceMap', 'false'];
  await promisify(execFile)(compiler, ['-p', join(repository, 'tsconfig.build.json'), ...options]);
  return dist;
}
