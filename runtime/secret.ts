import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as text; the prefix lets scanners of code and logs find what has leaked. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** SHA-256, hex. Enough for secrets that nobody can guess; not for passwords that people choose. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * The entry whose hash is that of `secret`. Looks at every entry, each in constant time, so that the time taken tells nothing.
 */
export function findBySecret<Entry extends { readonly sha256: string }>(
  entries: readonly Entry[],
  secret: string,
): Entry | undefined {
  const hash = Buffer.from(hashSecret(secret), 'hex');
  let found: Entry | undefined;
  for (const entry of entries) {
    const candidate = Buffer.from(entry.sha256, 'hex');
    if (candidate.length === hash.length && timingSafeEqual(candidate, hash)) found = entry;
  }
  return found;
}
