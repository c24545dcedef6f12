import { fileURLToPath } from 'node:url';

const ENGINE_FOLDER = fileURLToPath(new URL('..', import.meta.url));
const FRAME = /^\s+at (?:.*\()?(?:file:\/\/)?(\/[^()]*|[A-Za-z]:\\[^()]*):(\d+):(\d+)\)?$/;

/**
 * Where the step's author called tfjs: the innermost stack frame outside tfjs, this engine and Node.
 * @returns `path:line`, or `undefined` where no frame qualifies.
 */
export function sourceLine(stack: string | undefined): string | undefined {
  for (const frame of (stack ?? '').split('\n')) {
    const [, path, line] = FRAME.exec(frame) ?? [];
    if (path === undefined || path.includes('/node_modules/') || path.startsWith(ENGINE_FOLDER)) continue;
    return `${path}:${line}`;
  }
  return undefined;
}

/** The file of the innermost frame, to tell an error of tfjs from one of the step itself. */
export function thrownByTensorFlow(error: unknown): boolean {
  const frame = error instanceof Error ? (error.stack ?? '').split('\n').find((line) => FRAME.test(line)) : undefined;
  return frame?.includes('/node_modules/@tensorflow/') ?? false;
}
