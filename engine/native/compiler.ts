import { EngineError } from '../errors.ts';
import { runCommand } from './command.ts';

export interface Compiler {
  /** Program and its first words: `CXX="ccache g++"` has two. */
  readonly command: readonly string[];
  /** First line of `--version`. */
  readonly version: string;
}

/**
 * The C++ compiler of this machine: `$CXX`, else g++, c++, clang++ of `$PATH`.
 * @throws EngineError ADDON_BUILD_FAILED where there is none, or where `$CXX` does not run.
 */
export async function findCompiler(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<Compiler> {
  const chosen = env['CXX']?.trim();
  const candidates = chosen ? [chosen.split(/\s+/)] : [['g++'], ['c++'], ['clang++']];
  for (const command of candidates) {
    const { exitCode, stdout } = await runCommand([...command, '--version'], {
      env,
      timeLimit: 20_000,
      ...(signal === undefined ? {} : { signal }),
    });
    if (exitCode === 0) return { command, version: stdout.split('\n', 1)[0] ?? '' };
  }
  throw new EngineError(
    'ADDON_BUILD_FAILED',
    chosen
      ? `Expected CXX to name a C++ compiler, got '${chosen}', which does not run. Correct or unset CXX.`
      : 'Expected a C++ compiler, got none. Install g++ (Debian: apt install g++), or name one in CXX.',
  );
}
