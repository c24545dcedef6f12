import { type Identity, isRole } from '../../core/access/identity.ts';

/**
 * A certificate names its holder in a subject alternative name of type URI, after the manner of SPIFFE ids
 * (https://spiffe.io/docs/latest/spiffe-about/spiffe-concepts): `spiffe://tickwork/{role}/{name}`.
 */
const PREFIX = 'spiffe://tickwork/';
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Certificates begin this long before they are made: clocks of machines differ. */
export const ISSUED_EARLIER_MS = 60_000;

export function identityUri({ role, name }: Identity): string {
  return `${PREFIX}${role}/${name}`;
}

/** @param subjectAltName as Node gives it: `URI:spiffe://tickwork/worker/gpu3, DNS:head`. @returns undefined when nobody is named. */
export function certificateIdentity(subjectAltName: string | undefined): Identity | undefined {
  const uris = (subjectAltName ?? '').split(', ').flatMap((name) => (name.startsWith('URI:') ? [name.slice(4)] : []));
  const ours = uris.filter((uri) => uri.startsWith(PREFIX));
  // Two identities are none: nobody could say which one was meant.
  if (ours.length !== 1) return undefined;
  const [role = '', name = '', ...rest] = (ours[0] as string).slice(PREFIX.length).split('/');
  return rest.length === 0 && isRole(role) && NAME.test(name) ? { role, name } : undefined;
}

/** What a client certificate that TLS has verified says of its holder. @param validFrom as Node gives it. */
export function shownByCertificate(
  subjectAltName: string | undefined,
  validFrom: string | undefined,
): { readonly identity: Identity; readonly issuedAt: number } | undefined {
  const identity = certificateIdentity(subjectAltName);
  return identity && { identity, issuedAt: Date.parse(validFrom ?? '') + ISSUED_EARLIER_MS };
}
