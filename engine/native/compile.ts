import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { AddonRecipe, BuildOptions } from './addon.ts';
import { runCommand } from './command.ts';
import type { Compiler } from './compiler.ts';
import { findCompiler } from './compiler.ts';
import { findNodeHeaders } from './node-headers.ts';

/** A file of libtorch's headers takes half a minute, several on a busy machine. */
const TIME_LIMIT = 30 * 60_000;
/** Two compilers at once: each takes up to 2 GiB with libtorch's headers. */
const PARALLEL = 2;
const SHOWN_LINES = 20;

/**
 * Compiles the recipe's sources and links them to `addon.node` in the folder.
 * @throws EngineError ADDON_BUILD_FAILED without a compiler or headers, or with the compiler's last lines.
 */
export async function compileSharedObject(
  recipe: AddonRecipe,
  folder: string,
  { env, signal, onOutput }: BuildOptions,
): Promise<string> {
  const compiler = await findCompiler(env, signal);
  const headers = await findNodeHeaders({ env });
  const run = async (what: string, words: readonly string[]): Promise<void> => {
    const { exitCode, reason, output } = await runCommand([...compiler.command, ...words], {
      // Messages in English, so that a search for them finds something.
      env: { ...env, LC_ALL: 'C' },
      cwd: folder,
      timeLimit: TIME_LIMIT,
      ...(signal === undefined ? {} : { signal }),
      ...(onOutput === undefined ? {} : { onOutput }),
    });
    if (exitCode !== 0) throw compilerFailed(recipe, compiler, what, reason, output);
  };
  const objects = recipe.sources.map((_, index) => join(folder, `${index}.o`));
  await forEach(PARALLEL, recipe.sources, (source, index) =>
    run(source, [
      ...['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8'],
      ...recipe.flags,
      ...[headers, ...recipe.includeFolders].map((include) => `-I${include}`),
      ...['-c', source, '-o', objects[index] as string],
    ]),
  );
  const addon = join(folder, 'addon.node');
  await run('the addon', [
    ...['-shared', ...objects, '-o', addon],
    ...recipe.libraryFolders.flatMap((library) => [`-L${library}`, `-Wl,-rpath,${library}`]),
    // A symbol that the library does not have is refused by the loader, not met in the middle of a step, where it ends
    // the process.
    ...(process.platform === 'linux' ? ['-Wl,-z,now'] : []),
    // Libraries that register themselves (libtorch_cuda) are not referred to by name.
    ...['-Wl,--no-as-needed', ...recipe.libraries.map((library) => `-l${library}`)],
  ]);
  return addon;
}

/** Runs at most `parallel` at once; the first failure is thrown when all that were started have ended. */
async function forEach<T>(
  parallel: number,
  items: readonly T[],
  body: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      await body(items[index] as T, index).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function compilerFailed(
  { name }: AddonRecipe,
  { version }: Compiler,
  what: string,
  reason: string,
  output: string,
): EngineError {
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return new EngineError(
    'ADDON_BUILD_FAILED',
    `Expected ${version} to compile ${what} for the ${name} addon, got: it ${reason}. Its last lines:\n${lines}`,
  );
}
