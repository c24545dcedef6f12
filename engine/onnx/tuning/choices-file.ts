import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Fingerprint } from './fingerprint.ts';
import { fingerprintName } from './fingerprint.ts';

/** Names of the formulations that won, by what was timed. */
export type Choices = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** One JSON file for each kind of machine that shares the cache folder. */
export function choicesPath(cacheFolder: string, fingerprint: Fingerprint): string {
  return join(cacheFolder, `onnx-formulations-${fingerprintName(fingerprint)}.json`);
}

/** @returns nothing where the file is missing or damaged: it is only a memory of what can be measured again. */
export async function readChoices(path: string): Promise<Choices> {
  try {
    const { choices } = JSON.parse(await readFile(path, 'utf8')) as { readonly choices?: unknown };
    return isChoices(choices) ? choices : {};
  } catch {
    return {};
  }
}

/**
 * Adds choices to the file, whole or not at all. Of two processes that write at once one may lose its additions, and
 * will measure them again. A folder that cannot be written to costs the memory, not the step.
 * @param unique part of the temporary file's name that no other writer has
 */
export async function addChoices(
  path: string,
  fingerprint: Fingerprint,
  added: Choices,
  unique: string,
): Promise<void> {
  const temporary = `${path}.${unique}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const choices = { ...(await readChoices(path)), ...added };
    await writeFile(temporary, `${JSON.stringify({ fingerprint, choices }, null, 2)}\n`);
    await rename(temporary, path);
  } catch {
    // Nothing is lost but time.
  }
}

function isChoices(value: unknown): value is Choices {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (names) =>
      typeof names === 'object' && names !== null && Object.values(names).every((name) => typeof name === 'string'),
  );
}
