import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/** Asks a person yes or no; where nobody sits at the terminal the answer is no. */
export async function confirm(
  question: string,
  input: Readable & { readonly isTTY?: boolean },
  output: Writable,
  signal: AbortSignal,
): Promise<boolean> {
  if (!input.isTTY) return false;
  const lines = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    lines.close();
  }
}
