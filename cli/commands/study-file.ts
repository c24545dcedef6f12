import { readFile, stat } from 'node:fs/promises';
import { TickworkError } from '../../core/errors.ts';
import { InFile } from '../print-error.ts';

/** More than the coordinator accepts; a person who names a video by mistake is told at once. */
const MAX_BYTES = 4 * 2 ** 20;

/** The bytes of a study, unchecked: the coordinator's answer is the truth. @throws TickworkError ARGUMENT_INVALID */
export async function readStudyFile(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TickworkError(
      'ARGUMENT_INVALID',
      `Expected ${file} to be a readable study, got a problem: ${why}. Check the path.`,
    );
  }
}

/** Adds the file's name to whatever the coordinator says of its contents. */
export async function aboutFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TickworkError && error.violations.length > 0 ? new InFile(file, error) : error;
  }
}
