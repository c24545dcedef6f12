import { TickworkError } from '../../core/errors.ts';

/**
 * Opaque page tokens, bound to the request they came from: base64url of JSON `[purpose, position]`. A token of another request
 * is refused instead of giving a wrong page.
 */
export function encodePageToken(purpose: string, position: number | string): string {
  return Buffer.from(JSON.stringify([purpose, position])).toString('base64url');
}

/** @returns the position, or undefined for the first page. @throws TickworkError PAGE_TOKEN_INVALID */
export function decodePageToken(purpose: string, token: string): string | number | undefined {
  if (token === '') return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value[0] === purpose && ['string', 'number'].includes(typeof value[1]))
      return value[1] as string | number;
  } catch {
    // Said below, with the rest.
  }
  throw invalidPageToken();
}

/** As decodePageToken, for positions that count. */
export function decodeCountToken(purpose: string, token: string): number | undefined {
  const position = decodePageToken(purpose, token);
  if (position === undefined) return undefined;
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position;
  throw invalidPageToken();
}

export function invalidPageToken(): TickworkError {
  const message =
    'Expected page_token to be the next_page_token of the same request, got another. Begin with an empty one.';
  return new TickworkError('PAGE_TOKEN_INVALID', message, { violations: [{ field: 'page_token', message }] });
}

/** @returns the page size to use. @throws TickworkError ARGUMENT_INVALID above `max`. */
export function pageSizeOf(requested: number, fallback: number, max: number): number {
  if (requested === 0) return fallback;
  if (requested >= 1 && requested <= max) return requested;
  const message = `Expected page_size to be 0 to ${max}, got ${requested}.`;
  throw new TickworkError('ARGUMENT_INVALID', message, { violations: [{ field: 'page_size', message }] });
}

/** One page of a list that is all in memory. */
export function pageOf<T>(
  items: readonly T[],
  purpose: string,
  token: string,
  size: number,
): { readonly items: readonly T[]; readonly nextPageToken: string } {
  const start = decodeCountToken(purpose, token) ?? 0;
  const end = start + size;
  return { items: items.slice(start, end), nextPageToken: end < items.length ? encodePageToken(purpose, end) : '' };
}
