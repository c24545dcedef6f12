import { z } from 'zod';
import { TickworkError } from '../errors.ts';
import { ROLES } from './identity.ts';

/** Of people, programs and workers: what may also be a worker's name and a token of a NATS subject. */
export const identityName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'Expected 1 to 64 letters, digits, "_" or "-"' });

const tokenEntry = z.strictObject({
  name: identityName,
  role: z.enum(ROLES),
  /** SHA-256 of the token, hex. The token itself, 256 random bits, is nowhere but with its holder. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'Expected 64 hexadecimal digits' }),
  created: z.iso.datetime(),
  /** Refused from then on; absent: never. */
  expires: z.iso.datetime().optional(),
});

const revocation = z.strictObject({
  name: identityName,
  /** Certificates of this name that were issued earlier are refused; its tokens are gone from the file. */
  at: z.iso.datetime(),
});

const tokenFile = z.strictObject({
  tokens: z.array(tokenEntry).max(10_000),
  revoked: z.array(revocation).max(10_000).default([]),
});

export type TokenFile = z.output<typeof tokenFile>;
export type TokenEntry = TokenFile['tokens'][number];

export const NO_TOKENS: TokenFile = { tokens: [], revoked: [] };

/**
 * Reads the file that `tickwork token` writes.
 * @param path for the message.
 * @throws TickworkError CONFIG_INVALID with one violation for each problem; never with the file's contents.
 */
export function parseTokenFile(text: string, path: string): TokenFile {
  const advice = '`tickwork token create` writes such a file.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TickworkError(
      'CONFIG_INVALID',
      `Expected ${path} to be a token file in JSON, got something else. ${advice}`,
    );
  }
  const parsed = tokenFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const violations = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || 'file',
    message: issue.message,
  }));
  const list = violations.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new TickworkError('CONFIG_INVALID', `Expected ${path} to be a token file, got problems: ${list}. ${advice}`, {
    violations,
  });
}

export function formatTokenFile(file: TokenFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
