import type { FailureKind } from '../trial/states.ts';

/**
 * What the exit codes of a command mean, where the study says nothing else. The first three are for programs that know of
 * Tickwork; then those of sysexits.h, and 128 + n, as a shell names the signal n. All others are the program's own failure: an
 * exception that nobody caught comes again.
 */
export const EXIT_KINDS: Readonly<Record<number, FailureKind>> = {
  81: 'diverged',
  82: 'out_of_memory',
  83: 'preempted',
  69: 'infrastructure',
  71: 'infrastructure',
  74: 'infrastructure',
  75: 'infrastructure',
  126: 'infrastructure',
  127: 'infrastructure',
  132: 'infrastructure',
  134: 'infrastructure',
  135: 'infrastructure',
  136: 'infrastructure',
  137: 'out_of_memory',
  139: 'infrastructure',
  143: 'preempted',
};

/** SIGKILL from elsewhere is most often the kernel's, for want of memory; SIGTERM that of a machine that is taken away. */
const SIGNAL_KINDS: Readonly<Record<string, FailureKind>> = {
  SIGKILL: 'out_of_memory',
  SIGTERM: 'preempted',
  SIGINT: 'preempted',
  SIGHUP: 'preempted',
};

/** Last words of Python, PyTorch, TensorFlow, CUDA, V8 and the C++ library for want of memory. */
const OUT_OF_MEMORY =
  /\bMemoryError\b|CUDA(_ERROR_| error: |.{0,40})out[ _]of[ _]memory|OutOfMemoryError|ResourceExhaustedError|OOM when allocating|bad_alloc|heap out of memory|can't allocate memory|Cannot allocate memory/i;

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * @param lastLines what it printed last.
 * @param exitCodes what the study says of exit codes.
 * @returns undefined for exit code 0, which is no failure.
 */
export function failureOfExit(
  { code, signal }: Exit,
  lastLines: readonly string[],
  exitCodes: Readonly<Record<string, FailureKind>>,
): FailureKind | undefined {
  if (code === 0) return undefined;
  const said = code === null ? undefined : exitCodes[String(code)];
  if (said !== undefined) return said;
  if (OUT_OF_MEMORY.test(lastLines.join('\n'))) return 'out_of_memory';
  if (signal !== null) return SIGNAL_KINDS[signal] ?? 'infrastructure';
  return EXIT_KINDS[code ?? 1] ?? 'user_error';
}
