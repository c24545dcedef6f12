import { ANYONE, type Identity } from '../../core/access/identity.ts';
import type { TokenFile } from '../../core/access/token-file.ts';
import { TickworkError } from '../../core/errors.ts';
import { findBySecret } from '../../runtime/secret.ts';

/** What a caller shows to say who it is. */
export interface Credentials {
  /** The value of the header or metadata `authorization`. */
  readonly authorization?: string;
  /** Of a client certificate that our authority has signed and that names its holder. */
  readonly certificate?: { readonly identity: Identity; readonly issuedAt: number };
}

export type Authenticate = (credentials: Credentials, now: number) => Identity;

/** The longest header worth hashing. */
const MAX_AUTHORIZATION = 512;

/**
 * A token decides when there is one, else the certificate. Without a token file nobody is asked: certificates still name their
 * holders, and everybody else is ANYONE.
 * @param tokens the file as it is now; undefined when the coordinator was started without one.
 * @returns who it is. Throws TickworkError UNAUTHENTICATED, which never repeats what was shown.
 */
export function createAuthenticator(tokens: () => TokenFile | undefined): Authenticate {
  return ({ authorization, certificate }, now) => {
    const file = tokens();
    if (file && authorization !== undefined) return byToken(file, authorization, now);
    if (certificate) {
      const revoked = file?.revoked.find(({ name }) => name === certificate.identity.name);
      if (!revoked || certificate.issuedAt > Date.parse(revoked.at)) return certificate.identity;
      throw refused(
        `Expected a certificate of ${certificate.identity.name} that is still good, got one from before ${revoked.at}, when it was revoked. Make a new one with \`tickwork certs\`.`,
      );
    }
    if (!file) return ANYONE;
    throw refused(
      'Expected a token or a client certificate that names its holder, got neither. Set TICKWORK_TOKEN or pass --credentials; `tickwork token create` makes a token.',
    );
  };
}

function byToken(file: TokenFile, authorization: string, now: number): Identity {
  const token = tokenIn(authorization);
  const entry = token === undefined ? undefined : findBySecret(file.tokens, token);
  if (!entry)
    throw refused(
      'Expected a token of this cluster, got another one. It may be revoked: ask for a new one, which `tickwork token create` makes.',
    );
  if (entry.expires !== undefined && now >= Date.parse(entry.expires)) {
    throw refused(
      `Expected a token that is still good, got one of ${entry.name} that expired at ${entry.expires}. Ask for a new one, which \`tickwork token create\` makes.`,
    );
  }
  return { name: entry.name, role: entry.role };
}

/** RFC 6750; and RFC 7617 with any user name, because that is what browsers can ask a person for. */
function tokenIn(authorization: string): string | undefined {
  if (authorization.length > MAX_AUTHORIZATION) return undefined;
  const [, scheme, value] = /^(bearer|basic) +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization) ?? [];
  if (value === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}

function refused(message: string): TickworkError {
  return new TickworkError('UNAUTHENTICATED', message);
}
