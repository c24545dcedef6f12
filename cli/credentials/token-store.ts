import { readFile } from 'node:fs/promises';
import type { Identity } from '../../core/access/identity.ts';
import { formatTokenFile, NO_TOKENS, parseTokenFile, type TokenFile } from '../../core/access/token-file.ts';
import { TickworkError } from '../../core/errors.ts';
import { hashSecret, newSecret } from '../../runtime/secret.ts';
import { writePrivateFile } from './private-file.ts';

/** @param path a file that may be missing. */
export async function readTokenFile(path: string): Promise<TokenFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_TOKENS;
    throw new TickworkError(
      'CONFIG_INVALID',
      `Expected to read ${path}, got ${(error as NodeJS.ErrnoException).code}. Check its owner.`,
    );
  }
  return parseTokenFile(text, path);
}

/** Adds a token and forgets it. @param days until it expires; absent: never. @returns the token: the only copy there is. */
export async function addToken(
  path: string,
  identity: Identity,
  days: number | undefined,
  now: number,
): Promise<string> {
  const file = await readTokenFile(path);
  const other = file.tokens.find(({ name, role }) => name === identity.name && role !== identity.role);
  if (other) {
    throw new TickworkError(
      'ARGUMENT_INVALID',
      `Expected ${identity.name} to have one role, got ${identity.role} beside ${other.role}. Revoke it first: \`tickwork token revoke ${identity.name}\`.`,
    );
  }
  const token = newSecret('tickwork_');
  const entry = {
    ...identity,
    sha256: hashSecret(token),
    created: new Date(now).toISOString(),
    ...(days === undefined ? {} : { expires: new Date(now + days * 86_400_000).toISOString() }),
  };
  await writePrivateFile(path, formatTokenFile({ ...file, tokens: [...file.tokens, entry] }));
  return token;
}

/** Removes the tokens of `name` and shuts out certificates of that name made so far. @returns how many tokens there were. */
export async function revokeName(path: string, name: string, now: number): Promise<number> {
  const file = await readTokenFile(path);
  const tokens = file.tokens.filter((entry) => entry.name !== name);
  const revoked = [...file.revoked.filter((entry) => entry.name !== name), { name, at: new Date(now).toISOString() }];
  await writePrivateFile(path, formatTokenFile({ tokens, revoked }));
  return file.tokens.length - tokens.length;
}
